import { RollwardError } from "../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";

/** The members that Rollward itself relies on, with their types checked. */
export interface CheckedFields {
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly CheckedMessage[];
  readonly metadata: JsonObject | null;
  readonly variables: JsonObject | null;
  readonly user: string | null;
}

/** A message of which only the role is known to be right. */
export type CheckedMessage = JsonObject & { readonly role: string };

/** `function` is the older form of `tool`; it passes to providers that still know it. */
const ROLES: ReadonlySet<unknown> = new Set(["system", "developer", "user", "assistant", "tool", "function"]);

/** Throws `invalid_request` with the `param` that is wrong. `null` counts as absent, as it does at OpenAI. */
export function checkFields(body: JsonObject): CheckedFields {
  const common = checkCommonFields(body);
  checkTools(body["tools"]);
  const variables = objectOrNull(body, "variables");
  if (variables !== null) checkVariables(variables);
  return {
    ...common,
    messages: checkedMessages(body["messages"]),
    variables,
    user: userOf(body["user"]),
  };
}

/** The members that every request of OpenAI's has, whatever it asks for. */
export function checkCommonFields(body: JsonObject): Pick<CheckedFields, "model" | "stream" | "metadata"> {
  const model = body["model"];
  if (typeof model !== "string" || model === "") throw invalid("model", "must be a non-empty string");
  checkStreamOptions(objectOrNull(body, "stream_options"));
  const metadata = objectOrNull(body, "metadata");
  checkSessionId(metadata);
  return { model, stream: body["stream"] !== undefined && booleanOf("stream", body["stream"]), metadata };
}

function checkedMessages(messages: Json | undefined): readonly CheckedMessage[] {
  if (!Array.isArray(messages) || messages.length === 0) throw invalid("messages", "must be a non-empty array");
  for (let index = 0; index < messages.length; index += 1) {
    const message: Json = messages[index];
    if (!isObject(message)) throw invalid(`messages[${index}]`, "must be an object");
    if (!ROLES.has(message["role"])) {
      throw invalid(`messages[${index}].role`, "must be one of system, developer, user, assistant, tool");
    }
  }
  return messages;
}

function checkTools(tools: Json | undefined): void {
  if (tools == null) return;
  if (!Array.isArray(tools)) throw invalid("tools", "must be an array");
  const wrong = tools.findIndex((tool) => !isObject(tool));
  if (wrong >= 0) throw invalid(`tools[${wrong}]`, "must be an object");
}

function checkStreamOptions(options: JsonObject | null): void {
  const usage = options?.["include_usage"];
  if (usage !== undefined) booleanOf("stream_options.include_usage", usage);
}

function checkSessionId(metadata: JsonObject | null): void {
  const id = metadata?.["session_id"];
  if (id != null && typeof id !== "string") throw invalid("metadata.session_id", "must be a string");
}

function checkVariables(variables: JsonObject): void {
  for (const name of Object.keys(variables)) {
    const value = variables[name];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") continue;
    throw invalid(`variables.${name.slice(0, 100)}`, "must be a string, a number or a boolean");
  }
}

function userOf(user: Json | undefined): string | null {
  if (user == null) return null;
  if (typeof user !== "string") throw invalid("user", "must be a string");
  return user;
}

function booleanOf(param: string, value: Json): boolean {
  if (value === null) return false;
  if (typeof value !== "boolean") throw invalid(param, "must be true or false");
  return value;
}

function objectOrNull(body: JsonObject, param: string): JsonObject | null {
  const value = body[param];
  if (value == null) return null;
  if (!isObject(value)) throw invalid(param, "must be an object");
  return value;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const invalid = (param: string, must: string): RollwardError =>
  new RollwardError("invalid_request", { reason: `\`${param}\` ${must}.`, param });
