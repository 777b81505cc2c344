import type { JsonObject } from "../../../domain/json.ts";
import {
  booleanOrNull,
  checkTools,
  messagesIn,
  modelIn,
  objectOrNull,
  stringOrNull,
  variablesIn,
} from "../checked-members.ts";
import type { CheckedMessage } from "../checked-members.ts";

/** The members that Rollward itself relies on, with their types checked. */
export interface CheckedFields {
  readonly model: string;
  readonly stream: boolean;
  readonly messages: readonly CheckedMessage[];
  readonly metadata: JsonObject | null;
  readonly variables: JsonObject | null;
  readonly user: string | null;
}

/** `function` is the older form of `tool`; it passes to providers that still know it. */
const ROLES = {
  roles: new Set(["system", "developer", "user", "assistant", "tool", "function"]),
  must: "must be one of system, developer, user, assistant, tool",
};

/** Throws `invalid_request` with the `param` that is wrong. `null` counts as absent, as it does at OpenAI. */
export function checkFields(body: JsonObject): CheckedFields {
  const common = checkCommonFields(body);
  checkTools(body["tools"]);
  const variables = variablesIn(body);
  return { ...common, messages: messagesIn(body, ROLES), variables, user: stringOrNull(body, "user") };
}

/** The members that every request of OpenAI's has, whatever it asks for. */
export function checkCommonFields(body: JsonObject): Pick<CheckedFields, "model" | "stream" | "metadata"> {
  const model = modelIn(body);
  booleanOrNull(objectOrNull(body, "stream_options"), "include_usage", "stream_options.include_usage");
  const metadata = objectOrNull(body, "metadata");
  stringOrNull(metadata, "session_id", "metadata.session_id");
  return { model, stream: booleanOrNull(body, "stream") ?? false, metadata };
}
