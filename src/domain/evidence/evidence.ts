import type { MetricName } from "../rollout/plan.ts";
import type { FailureCause } from "../traffic/assignment.ts";

/**
 * The final outcome of one session: one contribution per session and metric, in assignment order,
 * with the weight in force when the session was assigned.
 */
export interface SessionOutcome {
  readonly arm: "stable" | "candidate";
  readonly epoch: number;
  readonly weight: number;
  readonly failure: FailureCause | null;
  /** Mean over the observed turns, milliseconds; `null` when no turn was answered. */
  readonly latencyMs: number | null;
  /** Mean over the observed turns, milliseconds; `null` when nothing was streamed. */
  readonly firstTokenMs: number | null;
  /** Sum over the observed turns, pico-dollars as a number (statistics, not accounting). */
  readonly costPico: number;
  /** A refusal in any observed turn; absent when there was none, as in journals from before it was looked for. */
  readonly refused?: true;
  /** An answer in any observed turn that was empty, cut short, or not what was asked for; absent as above. */
  readonly invalid?: true;
}

/** A verdict is a value; `inconclusive` is one like the others. */
export type Verdict = "harm" | "non-inferior" | "inconclusive";

/** One direction of one metric. Natural logarithms throughout. */
export interface TestReading {
  readonly logE: number;
  readonly threshold: number;
  readonly crossed: boolean;
  /** The margin being tested, as a ratio. */
  readonly margin: number;
}

/** What one metric says so far. */
export interface MetricReading {
  readonly metric: MetricName;
  /** Sessions of each arm that contributed. */
  readonly n: { readonly stable: number; readonly candidate: number };
  /** Value per arm in `unit`, for people: a rate, a median, a mean. `null` without data. */
  readonly value: { readonly stable: number | null; readonly candidate: number | null };
  readonly unit: "share" | "ms" | "usd";
  /** Ratio candidate : stable with an interval for display; `null` where it cannot be told. */
  readonly effect: { readonly ratio: number; readonly low: number | null; readonly high: number | null } | null;
  readonly harm: TestReading;
  readonly noWorse: TestReading;
  readonly verdict: Verdict;
  readonly required: boolean;
}

/** Everything a decision rests on: the evidence snapshot that goes into the log. */
export interface Reading {
  /** Final sessions per arm. */
  readonly sessions: { readonly stable: number; readonly candidate: number };
  readonly metrics: readonly MetricReading[];
  /** Weighted union of the harm tests: rollback when `logR` reaches `threshold`. */
  readonly union: {
    readonly logR: number;
    readonly threshold: number;
    readonly crossed: boolean;
    readonly blame: MetricName | null;
  };
  /** Sample-ratio mismatch on assigned sessions; a crossing is a hold, never a block on harm. */
  readonly sampleRatio: { readonly logE: number; readonly threshold: number; readonly crossed: boolean };
  /** Whether every required metric is certified as no worse. */
  readonly certified: boolean;
}
