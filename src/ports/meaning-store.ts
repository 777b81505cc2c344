/** Where a remembered question lies: both parts are digests of 64 hex digits. */
export interface MeaningPlace {
  /** Everything that must be the same for two questions to be compared: who shares, release, context, parameters. */
  readonly partition: string;
  /** The key of its answer in the exact cache. */
  readonly key: string;
}

/** A question that was answered, so that others which mean the same are found by it. */
export interface Meaning extends MeaningPlace {
  readonly endpoint: string;
  /** The call that made the answer. */
  readonly callId: string;
  /** Of length 1; all vectors of a partition come from one embedder. */
  readonly vector: Float32Array;
  /** The question itself: its words are compared beside the vectors. */
  readonly question: string;
  /** When the answer was made, epoch milliseconds. */
  readonly at: number;
  /** When it goes, epoch milliseconds. */
  readonly expiresAt: number;
}

/** What was found out about an answer for a question that came near it. */
export interface MeaningNote {
  /** Of the two questions. */
  readonly similarity: number;
  readonly right: boolean;
}

/** A remembered question with its record. */
export interface KnownMeaning extends Meaning {
  /** The newest `MOST_NOTES`, oldest first. */
  readonly notes: readonly MeaningNote[];
  /** Keys of questions that must never be answered by it again. */
  readonly vetoes: readonly string[];
}

/** Notes of one question that are kept. */
export const MOST_NOTES = 64;

/** Vetoes that one question bears; with one more it is forgotten. */
export const MOST_VETOES = 32;

/** For so long `changes` tells that a question was removed, ms; older cursors hear nothing of it. */
export const REMOVALS_TOLD_MS = 60 * 60_000;

/** A remembered question and how near it is. */
export interface NearMeaning {
  readonly meaning: KnownMeaning;
  /** Cosine of the angle between the two vectors. */
  readonly similarity: number;
}

/** What changed in a partition; `cursor` is where to go on. */
export interface MeaningChanges {
  readonly changed: readonly KnownMeaning[];
  /** Keys of what was removed. */
  readonly removed: readonly string[];
  readonly cursor: number;
}

/** What is removed: all of an endpoint, all of a partition, or one question. */
export type MeaningRemoval = { readonly endpoint: string } | { readonly partition: string } | MeaningPlace;

/**
 * Remembers questions by their meaning. A search never leaves its
 * partition and is exact. What cannot be read is no question. Methods reject when the store cannot be reached.
 */
export interface MeaningStore {
  /** How `nearest` searches: in this process, or in the database with or without its vector extension. */
  readonly search: "memory" | "scan" | "pgvector";
  /** Remembers a question, in the place of an older one with the same key; beyond `most` in a partition the oldest go. */
  put(meaning: Meaning, most: number): Promise<void>;
  /** The nearest that have not expired at `now`, nearest first. */
  nearest(
    partition: string,
    vector: Float32Array,
    terms: { readonly count: number; readonly now: number },
  ): Promise<readonly NearMeaning[]>;
  /** All changes after a cursor, 0 for the whole partition; those of the last seconds may come twice. */
  changes(partition: string, since: number, now: number): Promise<MeaningChanges>;
  /** Adds to the record of a question; false when it is not there any more. */
  note(place: MeaningPlace, note: MeaningNote): Promise<boolean>;
  /** Forbids a question to be answered by this one; false when that was so already, or it is not there any more. */
  veto(place: MeaningPlace, question: string): Promise<boolean>;
  /** Resolves to how many there were. */
  remove(what: MeaningRemoval): Promise<number>;
  /** Deletes what has expired at `now`. */
  expire(now: number): Promise<void>;
  /** Questions that could not be read. */
  poisoned(): number;
}
