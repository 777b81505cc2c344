import { RollwardError } from "../../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";

/** The members that Rollward itself relies on, with their types checked. */
export interface CheckedFields {
  readonly model: string;
  readonly stream: boolean;
  readonly system: Json;
  readonly messages: readonly CheckedMessage[];
  readonly metadata: JsonObject | null;
  readonly variables: JsonObject | null;
  /** `metadata.user_id`. */
  readonly user: string | null;
}

/** A message of which only the role is known to be right. */
export type CheckedMessage = JsonObject & { readonly role: string };

const ROLES: ReadonlySet<unknown> = new Set(["user", "assistant", "system"]);

/** Throws `invalid_request` with the `param` that is wrong. `null` counts as absent. */
export function checkFields(body: JsonObject): CheckedFields {
  const model = body["model"];
  if (typeof model !== "string" || model === "") throw invalid("model", "must be a non-empty string");
  checkTools(body["tools"]);
  const metadata = objectOrNull(body, "metadata");
  const variables = objectOrNull(body, "variables");
  if (variables !== null) checkVariables(variables);
  stringOrNull(metadata, "session_id");
  return {
    model,
    stream: streamOf(body["stream"]),
    system: systemOf(body["system"]),
    messages: checkedMessages(body["messages"]),
    metadata,
    variables,
    user: stringOrNull(metadata, "user_id"),
  };
}

function systemOf(system: Json | undefined): Json {
  if (system == null || typeof system === "string") return system ?? null;
  if (!Array.isArray(system)) throw invalid("system", "must be a string or an array of text blocks");
  return system;
}

function checkedMessages(messages: Json | undefined): readonly CheckedMessage[] {
  if (!Array.isArray(messages) || messages.length === 0) throw invalid("messages", "must be a non-empty array");
  for (let index = 0; index < messages.length; index += 1) {
    const message: Json = messages[index];
    if (!isObject(message)) throw invalid(`messages[${index}]`, "must be an object");
    if (!ROLES.has(message["role"])) throw invalid(`messages[${index}].role`, "must be user or assistant");
  }
  return messages;
}

function checkTools(tools: Json | undefined): void {
  if (tools == null) return;
  if (!Array.isArray(tools)) throw invalid("tools", "must be an array");
  const wrong = tools.findIndex((tool) => !isObject(tool));
  if (wrong >= 0) throw invalid(`tools[${wrong}]`, "must be an object");
}

function checkVariables(variables: JsonObject): void {
  for (const name of Object.keys(variables)) {
    const value = variables[name];
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") continue;
    throw invalid(`variables.${name.slice(0, 100)}`, "must be a string, a number or a boolean");
  }
}

function streamOf(stream: Json | undefined): boolean {
  if (stream == null) return false;
  if (typeof stream !== "boolean") throw invalid("stream", "must be true or false");
  return stream;
}

function stringOrNull(metadata: JsonObject | null, name: string): string | null {
  const value = metadata?.[name];
  if (value == null) return null;
  if (typeof value !== "string") throw invalid(`metadata.${name}`, "must be a string");
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
