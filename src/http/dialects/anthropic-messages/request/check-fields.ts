import type { Json, JsonObject } from "../../../../domain/json.ts";
import {
  booleanOrNull,
  checkTools,
  invalidMember,
  messagesIn,
  modelIn,
  objectOrNull,
  stringOrNull,
  variablesIn,
} from "../../checked-members.ts";
import type { CheckedMessage } from "../../checked-members.ts";

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

const ROLES = { roles: new Set(["user", "assistant", "system"]), must: "must be user or assistant" };

/** Throws `invalid_request` with the `param` that is wrong. `null` counts as absent. */
export function checkFields(body: JsonObject): CheckedFields {
  const model = modelIn(body);
  checkTools(body["tools"]);
  const metadata = objectOrNull(body, "metadata");
  const variables = variablesIn(body);
  stringOrNull(metadata, "session_id", "metadata.session_id");
  return {
    model,
    stream: booleanOrNull(body, "stream") ?? false,
    system: systemOf(body["system"]),
    messages: messagesIn(body, ROLES),
    metadata,
    variables,
    user: stringOrNull(metadata, "user_id", "metadata.user_id"),
  };
}

function systemOf(system: Json | undefined): Json {
  if (system == null || typeof system === "string") return system ?? null;
  if (!Array.isArray(system)) throw invalidMember("system", "must be a string or an array of text blocks");
  return system;
}
