/** At which similarities an entry's answer was judged right and wrong for another question; the newest last. */
export interface EntryRecord {
  readonly confirmed: readonly number[];
  readonly refuted: readonly number[];
}

/** The record of an entry that no judge has looked at. */
export const EMPTY_RECORD: EntryRecord = { confirmed: [], refuted: [] };

/** Judgements kept of each kind; the oldest make room. */
const MOST_KEPT = 32;

/** Similarities are kept to this many places: finer than any embedder is worth. */
const PLACES = 1_000;

const rounded = (similarity: number): number => Math.round(Math.max(-1, Math.min(1, similarity)) * PLACES) / PLACES;

/** The record after one more judgement at a similarity in [-1, 1]. A similarity that is no number changes nothing. */
export function recordWith(record: EntryRecord, similarity: number, isCorrect: boolean): EntryRecord {
  if (!Number.isFinite(similarity)) return record;
  const kind = isCorrect ? "confirmed" : "refuted";
  return { ...record, [kind]: [...record[kind], rounded(similarity)].slice(-MOST_KEPT) };
}

/** Reads a stored record; whatever is not one reads as the empty one. */
export function readRecord(json: unknown): EntryRecord {
  if (typeof json !== "object" || json === null) return EMPTY_RECORD;
  const { confirmed, refuted } = json as { readonly confirmed?: unknown; readonly refuted?: unknown };
  return { confirmed: similarities(confirmed), refuted: similarities(refuted) };
}

const similarities = (list: unknown): readonly number[] =>
  Array.isArray(list)
    ? list.slice(-MOST_KEPT).filter((each): each is number => typeof each === "number" && Math.abs(each) <= 1)
    : [];

/** What a record says about a question at one similarity. */
export interface RecordAt {
  /** Judgements that speak for the answer: right although no nearer than this. */
  readonly confirmed: number;
  /** Judgements that speak against it: wrong although no farther than this. */
  readonly refuted: number;
  readonly total: number;
}

/** Similarities this close count as the same. */
const NEAR = 0.02;

/** Reads a record at a similarity: the entry's own reputation just there. */
export function recordAt({ confirmed, refuted }: EntryRecord, similarity: number): RecordAt {
  return {
    confirmed: confirmed.filter((each) => each <= similarity + NEAR).length,
    refuted: refuted.filter((each) => each >= similarity - NEAR).length,
    total: confirmed.length + refuted.length,
  };
}
