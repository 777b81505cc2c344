import { sha256Hex } from "../../../kit/hash.ts";
import type { CallFilter } from "../../../ports/call-store.ts";
import type { CallColumns } from "./encoded-call.ts";

/**
 * Something by which calls are looked for, as a number: the first 8 bytes of a SHA-256, signed, in decimal digits. A
 * pack has each mark of its calls once, so most are shared by all of them. Two things with one mark cost a look into
 * a pack in vain and nothing else.
 */
export type CallMark = string;

/** What lists filter by. */
type Marked = Partial<Pick<CallColumns, "endpoint" | "release" | "arm" | "rolloutId" | "session" | "outcome">>;

/** What most calls have is no mark: it would lead to nearly every pack. */
const COMMON_ARM = "stable";
const COMMON_OUTCOME = "ok";

/** The marks of the calls of one pack. */
export function marksOf(calls: readonly CallColumns[]): readonly CallMark[] {
  const words = new Set<string>();
  for (const columns of calls) {
    // A call without a session is its own, and is found by its id.
    const marked = columns.session === columns.id ? { ...columns, session: null } : columns;
    for (const word of wordsOf(marked)) words.add(word);
  }
  return [...words].map(markOf);
}

/** The marks that every call has that a filter lets pass; those that lead to the fewest packs come first. */
export const marksFor = (filter: CallFilter): readonly CallMark[] => wordsOf(filter).map(markOf);

function wordsOf({ session, rolloutId, release, arm, outcome, endpoint }: Marked): readonly string[] {
  const words: string[] = [];
  if (session != null) words.push(`session ${session}`);
  if (outcome !== undefined && outcome !== COMMON_OUTCOME) words.push(`outcome ${outcome}`);
  if (rolloutId != null) words.push(`rollout ${rolloutId}`);
  if (release != null) words.push(`release ${release}`);
  if (arm != null && arm !== COMMON_ARM) words.push(`arm ${arm}`);
  if (endpoint != null) words.push(`endpoint ${endpoint}`);
  return words;
}

const markOf = (word: string): CallMark => BigInt.asIntN(64, BigInt(`0x${sha256Hex(word).slice(0, 16)}`)).toString();
