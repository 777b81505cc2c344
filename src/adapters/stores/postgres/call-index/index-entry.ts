import type { CallFacts } from "../../../../domain/call/call-record.ts";
import { FACETS, facetValue, MEASURES, measureOf } from "../../../../domain/call/call-search.ts";
import { hashWord } from "../../../../domain/call/search-words.ts";
import type { CallGist } from "../../../../ports/call-index.ts";
import { timeOfCall } from "../pack-facts.ts";

/** A pack of facts, as far as the index names it. */
export interface EntryPack {
  /** UUID. */
  readonly id: string;
  /** By the clock of the database, epoch microseconds: of two packs with one call the first counts. */
  readonly writtenUs: number;
}

/** What the index keeps of the text of a call, until its bytes expire. */
export interface EntryText extends CallGist {
  /** Day on which it expires, as `expiryDayOf` says. */
  readonly day: number;
  /** Hashes of its words, each once. */
  readonly words: Uint32Array;
}

/** One call in the index. */
export interface IndexEntry {
  /** Time in its id, epoch milliseconds. */
  readonly ms: number;
  /** Arrival, whole milliseconds after `ms`; below 0 before it. */
  readonly atOffset: number;
  /** Values of the facets in their order. */
  readonly values: readonly string[];
  /** Measures in their order. */
  readonly measures: readonly number[];
  /** Hashes of 53 bits, 0 where there is none. */
  readonly session: number;
  readonly user: number;
  /** Of a trace that the caller began; that of all others follows from their ids. */
  readonly trace: number;
  readonly pack: EntryPack;
  /** Number of its line in the pack, from 0. */
  readonly line: number;
  readonly text: EntryText | null;
}

const LOW_BITS = 2 ** 21;

/** A text as a number of 53 bits that is never 0. */
export const hashText = (text: string): number => hashWord(text) * LOW_BITS + (hashWord(`${text}\n`) % LOW_BITS) || 1;

/** The entry of a call. */
export const entryOf = (
  facts: CallFacts,
  { pack, line, text }: Pick<IndexEntry, "pack" | "line" | "text">,
): IndexEntry => {
  const ms = timeOfCall(facts.id);
  const { session } = facts;
  return {
    ms,
    atOffset: Math.floor(facts.at) - ms,
    values: FACETS.map((facet) => facetValue(facts, facet)),
    measures: MEASURES.map((measure) => measureOf(facts, measure)),
    // A call without a session is one of its own, which nobody needs listed.
    session: session === null || session.source === "call" ? 0 : hashText(session.id),
    user: facts.user === undefined ? 0 : hashText(facts.user),
    trace: facts.traceId === undefined ? 0 : hashText(facts.traceId),
    pack,
    line,
    text,
  };
};
