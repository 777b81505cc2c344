import { RollwardError } from "../../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import {
  booleanOrNull,
  checkTools,
  invalidMember,
  isJsonObject,
  modelIn,
  objectOrNull,
  stringOrNull,
  variablesIn,
} from "../../checked-members.ts";

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

/** An item that stands for one of an earlier answer. */
export const isReference = ({ type }: JsonObject): boolean => type === "item_reference";

/**
 * Throws `invalid_request` with the `param` that is wrong. `null` counts as absent, as it does at OpenAI. Items that
 * are references are refused, unless they are to be replaced yet.
 */
export function checkFields(body: JsonObject, { withReferences = false } = {}): CheckedFields {
  refuseKept(body);
  const model = modelIn(body);
  checkTools(body["tools"]);
  for (const name of ["text", "reasoning", "stream_options"]) objectOrNull(body, name);
  const metadata = objectOrNull(body, "metadata");
  stringOrNull(metadata, "session_id", "metadata.session_id");
  const variables = variablesIn(body);
  booleanOrNull(body, "store");
  return {
    model,
    stream: booleanOrNull(body, "stream") ?? false,
    input: checkedInput(body["input"], withReferences),
    instructions: stringOrNull(body, "instructions"),
    metadata,
    variables,
    user: stringOrNull(body, "user"),
  };
}

function checkedInput(input: Json | undefined, withReferences: boolean): string | readonly JsonObject[] {
  if (typeof input === "string") return input;
  if (!Array.isArray(input) || input.length === 0) {
    throw invalidMember("input", "must be a string or a non-empty array of items");
  }
  const items: readonly Json[] = input;
  for (const [index, item] of items.entries()) {
    if (!isJsonObject(item)) throw invalidMember(`input[${index}]`, "must be an object");
    const isUntyped = item["type"] == null && item["role"] == null;
    if (isUntyped) throw invalidMember(`input[${index}]`, "must have a type or a role");
    if (isReference(item) && !withReferences) throw keptElsewhere(`input[${index}]`, "send the item itself");
  }
  return input;
}

/** What a provider keeps under an id would bind a conversation to it, and is not apart by key there. */
function refuseKept(body: JsonObject): void {
  if (body["conversation"] != null)
    throw keptElsewhere("conversation", "send its items in `input`, or `previous_response_id`");
  if (body["prompt"] != null) throw keptElsewhere("prompt", "put the prompt into the release");
  if (body["background"] === true) throw keptElsewhere("background", "leave it out and wait for the answer");
}

const keptElsewhere = (param: string, instead: string): RollwardError => {
  const reason = `\`${param}\` is for what a provider keeps, on which Rollward does not rely: ${instead}.`;
  return new RollwardError("invalid_request", { reason, param });
};
