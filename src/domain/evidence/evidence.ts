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
  /** No client of a failed session asked for a stream; absent where one did or it is not known, and where it did not fail. */
  readonly notStreamed?: true;
  /** Sum over the observed turns, pico-dollars as a number (statistics, not accounting). */
  readonly costPico: number;
  /** A refusal in any observed turn; absent when there was none, as in journals from before it was looked for. */
  readonly refused?: true;
  /** An answer in any observed turn that was empty, cut short, or not what was asked for; absent as above. */
  readonly invalid?: true;
  /** A tool that failed, or was called wrongly, in any observed turn; absent as above. */
  readonly toolFailed?: true;
  /** A client that left while it waited, in any observed turn; absent as above. */
  readonly abandoned?: true;
  /** Mean over the observed turns with counted output; absent when there was none. */
  readonly tokensPerSecond?: number;
  /** What the session would have cost without any cache, pico-dollars; absent where that is `costPico`. */
  readonly neutralPico?: number;
}

/**
 * What became of one session as far as one delayed metric is concerned: one contribution per session, in assignment
 * order, with the weight in force when the session was assigned.
 */
export interface DelayedOutcome {
  readonly arm: "stable" | "candidate";
  readonly epoch: number;
  readonly weight: number;
  /** 1 for an event that happened, a score, a value; `null` when nothing came within the window. */
  readonly value: number | null;
}

/** Of what unit a metric's value per arm is; `value` is the application's own. */
export type MetricUnit = "share" | "ms" | "usd" | "tokens/s" | "score" | "value";

/** A verdict is a value; `inconclusive` is one like the others. */
export type Verdict = "harm" | "non-inferior" | "inconclusive";

/** One direction of one metric. Natural logarithms throughout. */
export interface TestReading {
  readonly logE: number;
  readonly threshold: number;
  readonly crossed: boolean;
  /** The margin being tested: a ratio, or a difference where `isDifference` says so. */
  readonly margin: number;
  /** The margin is a difference of shares or means, as a share of the range; absent is a ratio. */
  readonly isDifference?: true;
  /** A difference of shares that is tested beside the ratio: either is enough; absent where the margin is the only one. */
  readonly orDifference?: number;
}

/** What one metric says so far. */
export interface MetricReading {
  readonly metric: MetricName;
  /** Sessions of each arm that contributed. */
  readonly n: { readonly stable: number; readonly candidate: number };
  /** Value per arm in `unit`, for people: a rate, a median, a mean. `null` without data. */
  readonly value: { readonly stable: number | null; readonly candidate: number | null };
  readonly unit: MetricUnit;
  /** More of it is better, and its margins are ratios stable : candidate; absent: less is better. */
  readonly better?: "higher";
  /** Ratio candidate : stable with an interval for display; `null` where it cannot be told. */
  readonly effect: { readonly ratio: number; readonly low: number | null; readonly high: number | null } | null;
  readonly harm: TestReading;
  readonly noWorse: TestReading;
  readonly verdict: Verdict;
  readonly required: boolean;
  /** Failed sessions by their first cause (errors only, and only where some failed); those that do not count as well. */
  readonly causes?: Readonly<Partial<Record<FailureCause, { readonly stable: number; readonly candidate: number }>>>;
  /** What sessions really cost on average, where `value` leaves the savings of caches out (cost only). */
  readonly real?: { readonly stable: number | null; readonly candidate: number | null };
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
  /** The union without failures of the candidate's provider, never above `union`; absent where those count like all others. */
  readonly itself?: Reading["union"];
  /** Sample-ratio mismatch on assigned sessions; a crossing is a hold, never a block on harm. */
  readonly sampleRatio: { readonly logE: number; readonly threshold: number; readonly crossed: boolean };
  /** Sessions that were drawn and are not observed, because their release was never asked; absent where there are none. */
  readonly leftOut?: { readonly stable: number; readonly candidate: number };
  /** Whether every required metric is certified as no worse. */
  readonly certified: boolean;
}
