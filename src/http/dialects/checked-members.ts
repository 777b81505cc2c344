import { RollwardError } from "../../domain/errors.ts";
import type { Json, JsonObject } from "../../domain/json.ts";

/** A text; `null` counts as absent. Throws `invalid_request` for anything else, like all of these. */
export function stringOrNull(body: JsonObject | null, name: string, param: string = name): string | null {
  const value = body?.[name];
  if (value == null) return null;
  if (typeof value !== "string") throw invalidMember(param, "must be a string");
  return value;
}

/** True or false; `null` counts as absent. */
export function booleanOrNull(body: JsonObject | null, name: string, param: string = name): boolean | null {
  const value = body?.[name];
  if (value == null) return null;
  if (typeof value !== "boolean") throw invalidMember(param, "must be true or false");
  return value;
}

/** An object; `null` counts as absent. */
export function objectOrNull(body: JsonObject, name: string): JsonObject | null {
  const value = body[name];
  if (value == null) return null;
  if (!isJsonObject(value)) throw invalidMember(name, "must be an object");
  return value;
}

/** `model`, which every request names. */
export function modelIn(body: JsonObject): string {
  const model = body["model"];
  if (typeof model !== "string" || model === "") throw invalidMember("model", "must be a non-empty string");
  return model;
}

/** `tools` is a list of objects or absent; what they say is the provider's to judge. */
export function checkTools(tools: Json | undefined): void {
  if (tools == null) return;
  if (!Array.isArray(tools)) throw invalidMember("tools", "must be an array");
  const wrong = tools.findIndex((tool) => !isJsonObject(tool));
  if (wrong >= 0) throw invalidMember(`tools[${wrong}]`, "must be an object");
}

/** `variables`, whose values are plain; `null` counts as absent. */
export function variablesIn(body: JsonObject): JsonObject | null {
  const variables = objectOrNull(body, "variables");
  if (variables === null) return null;
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") continue;
    throw invalidMember(`variables.${name.slice(0, 100)}`, "must be a string, a number or a boolean");
  }
  return variables;
}

/** A message of which only the role is known to be right. */
export type CheckedMessage = JsonObject & { readonly role: string };

/** `messages`: a list of objects with one of these roles. */
export function messagesIn(
  body: JsonObject,
  { roles, must }: { readonly roles: ReadonlySet<unknown>; readonly must: string },
): readonly CheckedMessage[] {
  const messages = body["messages"];
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidMember("messages", "must be a non-empty array");
  }
  for (let index = 0; index < messages.length; index += 1) {
    const message: Json = messages[index];
    if (!isJsonObject(message)) throw invalidMember(`messages[${index}]`, "must be an object");
    if (!roles.has(message["role"])) throw invalidMember(`messages[${index}].role`, must);
  }
  return messages;
}

/** Whether a value is a JSON object. */
export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The error of a member that has the wrong form. */
export const invalidMember = (param: string, must: string): RollwardError =>
  new RollwardError("invalid_request", { reason: `\`${param}\` ${must}.`, param });
