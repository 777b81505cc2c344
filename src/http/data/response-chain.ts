import { RollwardError } from "../../domain/errors.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import type { ChainSession, Gone, ResponseKeeper, StoredResponse } from "../../ports/response-store.ts";
import { spliceJson } from "../../kit/json-splice.ts";
import { replaceValue } from "../dialects/body-edits.ts";
import { isRecord } from "../dialects/is-record.ts";
import { checkFields } from "../dialects/openai-responses/request/check-fields.ts";
import { scanBody } from "../dialects/scan-body.ts";
import { resolveReferences } from "./item-references.ts";
import type { ResolvedItem } from "./item-references.ts";
import { OWN_REASONING } from "../dialects/openai-responses/opaque-reasoning.ts";

/** The conversation that a request goes on with. */
export interface Chain {
  /** The request with the whole conversation in place of the id, and items in place of references. */
  readonly bytes: Buffer;
  /** That of the response that it goes on with; `null` when it names items alone. */
  readonly session: ChainSession | null;
  readonly previousId: string | null;
  /** The conversation as it is kept, the new input included. */
  readonly items: readonly JsonObject[];
  /** Whether reasoning of earlier turns was left out of the request, because only a provider's own store holds it. */
  readonly isThoughtless: boolean;
}

/** Where stored responses are looked up, for whom, and whether he is still there. */
export interface ChainTerms {
  readonly keeper: ResponseKeeper;
  readonly keyId: string;
  readonly gone: Gone;
}

/** In OpenAI's words; its clients look at the status and the param. */
export const missingPrevious = (id: string): RollwardError =>
  new RollwardError("previous_response_not_found", { response: id.slice(0, 100), param: "previous_response_id" });

/** Looks up what a request refers to, a response or items of responses; `null` when it refers to nothing. */
export async function chainOf(terms: ChainTerms, bytes: Buffer): Promise<Chain | null> {
  if (!bytes.includes('"previous_response_id"') && !bytes.includes('"item_reference"')) return null;
  const scanned = scanBody(bytes);
  const { previous_response_id: previousId, input: _, ...rest } = scanned.body;
  const { input } = checkFields(scanned.body, { withReferences: true });
  const previous = await previousOf(terms, previousId);
  const before = previous === null ? [] : [...previous.input, ...outputOf(previous)];
  const now = itemsOf(input);
  const resolved = await resolveReferences({ ...terms, before }, now);
  if (previous === null) {
    if (resolved === null) return null;
    const sent = Buffer.from(JSON.stringify(resolved.flatMap(sentOf)));
    return {
      bytes: spliceJson(bytes, [replaceValue(scanned, "input", sent)]),
      session: null,
      previousId: null,
      items: resolved.map(({ item }) => item),
      isThoughtless: resolved.some(isLost),
    };
  }
  const added = resolved ?? now.map((item) => ({ item, isFound: false }));
  return {
    bytes: Buffer.from(JSON.stringify({ ...rest, input: [...before.flatMap(detached), ...added.flatMap(sentOf)] })),
    session: previous.session,
    previousId: previous.id,
    items: [...before, ...added.map(({ item }) => item)],
    isThoughtless: before.some((item) => detached(item).length === 0) || added.some(isLost),
  };
}

/** The response that a request names, by `id`; `null` when it names none. */
async function previousOf({ keeper, keyId, gone }: ChainTerms, id: Json | undefined): Promise<StoredResponse | null> {
  if (id == null) return null;
  if (typeof id !== "string") throw invalid("previous_response_id", "must be a string");
  const stored = await keeper.find(keyId, id, gone);
  if (stored === null) throw missingPrevious(id);
  return stored;
}

const isLost = (resolved: ResolvedItem): boolean => sentOf(resolved).length === 0;

/** What a provider is given of an item. */
const sentOf = ({ item, isFound }: ResolvedItem): readonly JsonObject[] => (isFound ? detached(item) : [item]);

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
