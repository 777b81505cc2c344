import type { JsonObject } from "../../../../domain/json.ts";
import { sha256Hex } from "../../../../kit/hash.ts";
import { variablesInOpening } from "../../variables-in-opening.ts";
import type { CheckedFields } from "./check-fields.ts";

/**
 * What identifies a conversation that nobody named: a hash of the instructions, the items up to and including
 * the first message of the user, the user's id, and the values for the prompt's variables; `null` when the user says nothing. It is short because it is
 * kept with a stored response: a chain goes on under the identity of its first request.
 */
export function openingOf({ input, instructions, user, variables }: CheckedFields): string | null {
  const values = variablesInOpening(variables);
  if (typeof input === "string") return hashOf(values, [user, instructions, input]);
  const first = input.findIndex((item) => item["role"] === "user");
  if (first < 0) return null;
  return hashOf(values, [user, instructions, ...input.slice(0, first + 1)]);
}

const hashOf = (values: string, parts: readonly unknown[]): string =>
  `responses ${sha256Hex(values + JSON.stringify(parts))}`;

/** Types of items that only an earlier turn can have made. */
const MADE_EARLIER: ReadonlySet<unknown> = new Set(["function_call", "function_call_output", "reasoning"]);

/** Whether earlier turns are sent along, so that the conversation began before this request. */
export const isContinued = (input: string | readonly JsonObject[]): boolean =>
  typeof input !== "string" && input.some(({ role, type }) => role === "assistant" || MADE_EARLIER.has(type));
