import type { CacheTtl } from "../call/canonical.ts";
import type { PrefixEnd, PrefixMark, PrefixOutline } from "./prefix-outline.ts";

/** Most marks in a request (Anthropic, Bedrock). */
export const MOST_MARKS = 4;

/**
 * A provider looks for what it has kept at most 20 blocks before a mark. A conversation that has grown by more than
 * this gets a second mark, where it ended before.
 */
export const LOOKED_BACK_BLOCKS = 15;

/** What is known of a prefix when a request is about to go. */
export type PrefixState =
  /** The provider has it, for this lifetime. */
  | { readonly type: "warm"; readonly ttl: CacheTtl }
  /** Another call is writing it: writing it twice would cost twice. */
  | { readonly type: "writing" }
  | { readonly type: "cold" };

/** What marks are chosen by. */
export interface MarkTerms {
  /** Fewest tokens that the model keeps; marks below it do nothing. */
  readonly leastTokens: number;
  /** Tokens up to an end, rather too few than too many. */
  readonly tokensTo: (end: PrefixEnd) => number;
  readonly stateOf: (end: PrefixEnd) => PrefixState;
  /** Whether writing a cold prefix pays. */
  readonly pays: (end: PrefixEnd, ttl: CacheTtl) => boolean;
  /** The lifetime that is wanted; where it does not pay, five minutes may. */
  readonly ttl: CacheTtl;
}

/**
 * Where a request is marked: at the end of the tools, of the system's texts, the release's and all, of the release's own
 * messages and of the conversation, each where the provider has it already or where writing it pays. Marks for an hour come before those
 * for five minutes, as the provider demands. A request with marks of its author's gets none.
 */
export function chooseMarks({ ends, hasMarks }: PrefixOutline, terms: MarkTerms): readonly PrefixMark[] {
  if (hasMarks) return [];
  const chosen: PrefixMark[] = [];
  let longest = terms.ttl;
  for (const end of candidatesOf(ends, terms)) {
    if (!end.markable || terms.tokensTo(end) < terms.leastTokens) continue;
    const state = terms.stateOf(end);
    // A longer prefix contains this one, and would write it too.
    if (state.type === "writing") break;
    const ttl = state.type === "warm" ? shorter(state.ttl, longest) : payingTtl(end, longest, terms);
    if (ttl === null) continue;
    chosen.push({ end, ttl });
    longest = ttl;
  }
  // A longer prefix contains the shorter ones.
  return chosen.slice(-MOST_MARKS);
}

/** The last end of each layer; of the conversation also where it is warm, if that is far behind or all there is. */
function candidatesOf(ends: readonly PrefixEnd[], terms: MarkTerms): readonly PrefixEnd[] {
  const fixed = (["tools", "release", "system", "own"] as const).flatMap(
    (layer) => ends.findLast((one) => one.layer === layer) ?? [],
  );
  const tail = ends.findLast(({ layer, markable }) => layer === "turn" && markable);
  if (tail === undefined) return fixed;
  const warm = ends.findLast(
    (one) => one.layer === "turn" && one.markable && one !== tail && terms.stateOf(one).type === "warm",
  );
  if (warm === undefined) return [...fixed, tail];
  const isFar = tail.blocks - warm.blocks > LOOKED_BACK_BLOCKS;
  const isAll = payingTtl(tail, terms.ttl, terms) === null;
  return isFar || isAll ? [...fixed, warm, tail] : [...fixed, tail];
}

const shorter = (one: CacheTtl, other: CacheTtl): CacheTtl => (one === "5m" || other === "5m" ? "5m" : "1h");

function payingTtl(end: PrefixEnd, longest: CacheTtl, { pays }: MarkTerms): CacheTtl | null {
  if (longest === "1h" && pays(end, "1h")) return "1h";
  return pays(end, "5m") ? "5m" : null;
}
