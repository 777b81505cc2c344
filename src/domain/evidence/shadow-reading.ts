import type { TestReading } from "./evidence.ts";

/** What one comparison of a candidate's copies with stable's answers says so far. */
export interface ShadowMetricReading {
  /** Names what is compared, for people and in the log: "structure", "tool-calls", "text", "latency", "cost", "judge", … */
  readonly metric: string;
  /** Pairs that contributed. */
  readonly n: number;
  readonly harm: TestReading;
  readonly noWorse: TestReading;
  /** Whether the stage is passed only with this one proven no worse. */
  readonly required: boolean;
}

/** What a judge made of pairs. */
export interface JudgedPairs {
  /** Sessions in which it preferred the candidate, preferred stable, or neither: those that are evidence. */
  readonly candidate: number;
  readonly stable: number;
  readonly ties: number;
  /** Of the ties those in which its preference went with the order. */
  readonly flipped: number;
  /** Pairs that it made nothing of, no evidence. */
  readonly failed: number;
  /** Everything that was written of pairs that were to be judged. */
  readonly of: number;
  /** What all questions cost, pico-dollars as an integer in text. */
  readonly spentPico: string;
}

/** Everything a decision on a shadow stage rests on: pairs of answers to the same question. */
export interface ShadowReading {
  readonly pairs: number;
  /** Copies that say nothing because a provider or this server failed, and all copies; absent where nobody counted. */
  readonly excused?: { readonly copies: number; readonly of: number };
  readonly metrics: readonly ShadowMetricReading[];
  /** What a judge made of pairs; absent where none is asked. */
  readonly judged?: JudgedPairs;
  /** Weighted union of the harm tests. Crossed means ever; the caller latches it. */
  readonly union: {
    readonly logR: number;
    readonly threshold: number;
    readonly crossed: boolean;
    readonly blame: string | null;
  };
  /** Whether no further copies come, because their budget is used up. */
  readonly isSpent: boolean;
  /** Hash of this reading, 64 hex digits. */
  readonly evidenceHash: string;
}

/** The required comparisons that are not proven no worse. */
export const unprovenIn = ({ metrics }: ShadowReading): readonly string[] =>
  metrics.filter(({ required, noWorse }) => required && !noWorse.crossed).map(({ metric }) => metric);
