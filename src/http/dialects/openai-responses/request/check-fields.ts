import { RollwardError } from "../../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";

/** The members that Rollward itself relies on, with their types checked. */
export interface CheckedFields {
  readonly model: string;
  readonly stream: boolean;
  /** A string of the user, or items. */
  readonly input: string | readonly JsonObject[];
  readonly instructions: string | null;
  readonly metadata: JsonObject | null;
  readonly variables: JsonObject | null;
  readonly user: string | null;
}

/** Throws `invalid_request` with the `param` that is wrong. `null` counts as absent, as it does at OpenAI. */
export function checkFields(body: JsonObject): CheckedFields {
  const model = stringOrNull(body, "model");
  if (model === null || model === "") throw invalid("model", "must be a non-empty string");
  checkTools(body["tools"]);
  for (const name of ["text", "reasoning", "stream_options"]) objectOrNull(body, name);
  const metadata = objectOrNull(body, "metadata");
  const sessionId = metadata?.["session_id"];
  if (sessionId != null && typeof sessionId !== "string") throw invalid("metadata.session_id", "must be a string");
  const variables = objectOrNull(body, "variables");
  if (variables !== null) checkVariables(variables);
  booleanOrNull(body, "store");
  return {
    model,
    stream: booleanOrNull(body, "stream") ?? false,
    input: checkedInput(body["input"]),
    instructions: stringOrNull(body, "instructions"),
    metadata,
    variables,
    user: stringOrNull(body, "user"),
  };
}

function checkedInput(input: Json | undefined): string | readonly JsonObject[] {
  if (typeof input === "string") return input;
  if (!Array.isArray(input) || input.length === 0) {
    throw invalid("input", "must be a string or a non-empty array of items");
  }
  const items: readonly Json[] = input;
  for (const [index, item] of items.entries()) {
    if (!isObject(item)) throw invalid(`input[${index}]`, "must be an object");
  }
  return input;
}

function checkTools(tools: Json | undefined): void {
  if (tools == null) return;
  if (!Array.isArray(tools)) throw invalid("tools", "must be an array");
  const wrong = tools.findIndex((tool) => !isObject(tool));
  if (wrong >= 0) throw invalid(`tools[${wrong}]`, "must be an object");
}

function checkVariables(variables: JsonObject): void {
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") continue;
    throw invalid(`variables.${name.slice(0, 100)}`, "must be a string, a number or a boolean");
  }
}

function stringOrNull(body: JsonObject, param: string): string | null {
  const value = body[param];
  if (value == null) return null;
  if (typeof value !== "string") throw invalid(param, "must be a string");
  return value;
}

function booleanOrNull(body: JsonObject, param: string): boolean | null {
  const value = body[param];
  if (value == null) return null;
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
