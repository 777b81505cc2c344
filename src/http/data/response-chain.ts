import { RollwardError } from "../../domain/errors.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { ChainSession, ResponseKeeper, StoredResponse } from "../../ports/response-store.ts";
import { isRecord } from "../dialects/is-record.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { OWN_REASONING } from "../dialects/openai-responses/opaque-reasoning.ts";

/** The conversation that a request goes on with. */
export interface Chain {
  /** The request with the whole conversation in place of the id. */
  readonly bytes: Buffer;
  readonly session: ChainSession;
  readonly previousId: string;
  /** The conversation as it is kept, the new input included. */
  readonly items: readonly JsonObject[];
}

/** In OpenAI's words; its clients look at the status and the param. */
export const missingPrevious = (id: string): RollwardError =>
  new RollwardError("previous_response_not_found", { response: id.slice(0, 100), param: "previous_response_id" });

/** Looks up the conversation that a request goes on with; `null` when it names none. */
export async function chainOf(keeper: ResponseKeeper, keyId: string, bytes: Buffer): Promise<Chain | null> {
  if (!bytes.includes('"previous_response_id"')) return null;
  const { body } = openAiResponses.read(bytes);
  const { previous_response_id: previousId, input = null, ...rest } = body;
  if (previousId == null) return null;
  if (typeof previousId !== "string") throw invalid("previous_response_id", "must be a string");
  const stored = await keeper.find(keyId, previousId);
  if (stored === null) throw missingPrevious(previousId);
  if (input !== null && typeof input !== "string" && !Array.isArray(input)) {
    throw invalid("input", "must be a string or an array");
  }
  const now = itemsOf(input);
  const before = [...stored.input, ...outputOf(stored)];
  return {
    bytes: Buffer.from(JSON.stringify({ ...rest, input: [...before.flatMap(detached), ...now] })),
    session: stored.session,
    previousId,
    items: [...before, ...now],
  };
}

/** An input as items: a text is what the user says. */
export function itemsOf(input: Json): readonly JsonObject[] {
  if (typeof input !== "string") return (input ?? []) as readonly JsonObject[];
  return [{ type: "message", role: "user", content: [{ type: "input_text", text: input }] }];
}

const outputOf = ({ response }: StoredResponse): readonly JsonObject[] =>
  Array.isArray(response["output"])
    ? ((response["output"] as readonly Json[]).filter(isRecord) as readonly JsonObject[])
    : [];

/**
 * An item of an earlier turn without what only the provider's own store could resolve: the ids of messages and calls,
 * which bind them to reasoning kept there, and reasoning that is not in the item itself.
 */
function detached(item: JsonObject): readonly JsonObject[] {
  const { type, id, ...rest } = item;
  if (type === "reasoning") {
    const isOurs = typeof id === "string" && id.startsWith(OWN_REASONING);
    return isOurs || typeof item["encrypted_content"] === "string" ? [item] : [];
  }
  return type === "message" || type === "function_call" ? [{ type, ...rest }] : [item];
}

const invalid = (param: string, must: string): RollwardError =>
  new RollwardError("invalid_request", { reason: `\`${param}\` ${must}.`, param });
