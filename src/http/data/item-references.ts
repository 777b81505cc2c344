import { RollwardError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Gone, ResponseKeeper } from "../../ports/response-store.ts";
import { invalidMember } from "../dialects/checked-members.ts";
import { isReference } from "../dialects/openai-responses/request/check-fields.ts";

/** An item of a request. */
export interface ResolvedItem {
  readonly item: JsonObject;
  /** Whether it came in place of a reference. */
  readonly isFound: boolean;
}

/** Whose answers are looked through, and the conversation before the items of the request. */
export interface ReferenceTerms {
  readonly keeper: ResponseKeeper;
  readonly keyId: string;
  readonly gone: Gone;
  readonly before: readonly JsonObject[];
}

/** More than the turns of a long task have; all are looked up at once. */
const MOST_REFERENCES = 1_000;

/**
 * Items with those of stored answers in place of references; `null` when none is a reference. What stands in the
 * conversation already is not said again. Throws `invalid_request` with the place of a reference to nothing.
 */
export async function resolveReferences(
  { keeper, keyId, gone, before }: ReferenceTerms,
  items: readonly JsonObject[],
): Promise<readonly ResolvedItem[] | null> {
  const wanted = referencesIn(items);
  if (wanted.size === 0) return null;
  const said = new Set([...before, ...items.filter((item) => !isReference(item))].map(({ id }) => id));
  const missing = [...wanted.keys()].filter((id) => !said.has(id));
  const found = missing.length === 0 ? new Map<string, JsonObject>() : await keeper.findItems(keyId, missing, gone);
  if (found === null) throw invalidMember("input", "refers to items that are too large together: send fewer of them");
  for (const id of missing) if (!found.has(id)) throw notFound(wanted.get(id) ?? 0, id);
  const resolved: ResolvedItem[] = [];
  for (const item of items) {
    if (!isReference(item)) {
      resolved.push({ item, isFound: false });
      continue;
    }
    const id = item["id"] as string;
    const stored = found.get(id);
    if (stored !== undefined && !said.has(id)) resolved.push({ item: stored, isFound: true });
    said.add(id);
  }
  return resolved;
}

/** Where each item is referred to first, by its id. */
function referencesIn(items: readonly JsonObject[]): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    if (!isReference(item)) continue;
    const { id } = item;
    if (typeof id !== "string" || id === "") throw invalidMember(`input[${index}].id`, "must be a non-empty string");
    if (!wanted.has(id)) wanted.set(id, index);
    if (wanted.size > MOST_REFERENCES) throw invalidMember("input", `may refer to ${MOST_REFERENCES} items at most`);
  }
  return wanted;
}

/** SDKs that refer to items of answers that are not stored send them whole once they know it. */
function notFound(index: number, id: string): RollwardError {
  const what = `Item with id '${id.slice(0, 100)}' not found (\`input[${index}]\`)`;
  const reason = `${what}: items are kept with their response, for the key that made it. Send the item itself; with \`store: false\` SDKs do.`;
  return new RollwardError("invalid_request", { reason, param: `input[${index}]` });
}
