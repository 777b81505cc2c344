import { recordAt } from "./entry-record.ts";
import type { EntryRecord } from "./entry-record.ts";
import { guardsOf } from "./guards.ts";
import type { QuestionTraits } from "./question-traits.ts";

/** What the score sees of a question and the nearest kept one, in the order of `FEATURE_NAMES`; each in [-1, 1]. */
export type PairFeatures = readonly number[];

/** The features by their places. Changing them makes evidence of before unreadable: raise the format of the certification. */
export const FEATURE_NAMES = [
  "similarity",
  "similarity squared",
  "margin to the next entry",
  "content-word Jaccard",
  "token Jaccard",
  "length gap",
  "number mismatch",
  "identifier mismatch",
  "negation mismatch",
  "entity mismatch",
  "antonym mismatch",
  "confirmed here",
  "refuted here",
  "share confirmed here",
  "judged in all",
] as const;

/** A question, the kept one nearest to it, and what is known of both. */
export interface Pair {
  readonly question: QuestionTraits;
  readonly candidate: QuestionTraits;
  /** Cosine of their vectors, -1 to 1. */
  readonly similarity: number;
  /** Similarity of the next-nearest entry of the partition; `null` where there is none. */
  readonly runnerUp: number | null;
  /** What judges said of the candidate's answer before. */
  readonly record: EntryRecord;
}

/** Judgements beyond this many say no more. */
const MANY = Math.log1p(32);

const countShare = (count: number): number => Math.min(1, Math.log1p(count) / MANY);

const PLACES = 10_000;

const tidy = (value: number): number =>
  Number.isFinite(value) ? Math.round(Math.max(-1, Math.min(1, value)) * PLACES) / PLACES + 0 : 0;

/** The features of a pair, rounded to four places so that what is stored is what was computed with. Never throws. */
export function pairFeatures({ question, candidate, similarity, runnerUp, record }: Pair): PairFeatures {
  const flags = guardsOf(question, candidate);
  const here = recordAt(record, similarity);
  const [long, short] = [question.words.length, candidate.words.length].toSorted((a, b) => b - a) as [number, number];
  return [
    similarity,
    similarity * similarity,
    runnerUp === null ? 1 : similarity - runnerUp,
    jaccard(question.content, candidate.content),
    jaccard(question.wordSet, candidate.wordSet),
    long === 0 ? 0 : (long - short) / long,
    Number(flags.number),
    Number(flags.identifier),
    Number(flags.negation),
    Number(flags.entity),
    Number(flags.antonym),
    countShare(here.confirmed),
    countShare(here.refuted),
    (here.confirmed + 1) / (here.confirmed + here.refuted + 2),
    countShare(here.total),
  ].map(tidy);
}

/** Whether a value read from outside can be the features of a pair. */
export const isPairFeatures = (value: unknown): value is PairFeatures =>
  Array.isArray(value) &&
  value.length === FEATURE_NAMES.length &&
  value.every((each) => typeof each === "number" && Math.abs(each) <= 1);

/** Size of the intersection by that of the union; 1 for two empty sets. */
function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let common = 0;
  for (const word of one) if (other.has(word)) common += 1;
  const all = one.size + other.size - common;
  return all === 0 ? 1 : common / all;
}
