import type { Verdict } from "../evidence/evidence.ts";
import type { JudgedSessions } from "./judged-sessions.ts";
import type { LeftOutCounts } from "./left-out.ts";

/** What a backtest measures. */
export type BacktestMetricName =
  | "errors"
  | "refusals"
  | "invalid-output"
  | "cost"
  | "output-tokens"
  | "latency"
  | "first-token"
  /** Sessions whose answer a judge liked less than that of the other side. */
  | "judge";

/** One direction of a metric's test; natural logarithms. */
export interface BacktestTest {
  readonly logE: number;
  readonly threshold: number;
  readonly crossed: boolean;
  /** In words: `more than 1.25 times`. */
  readonly margin: string;
}

/** What one metric says. */
export interface BacktestMetric {
  readonly metric: BacktestMetricName;
  readonly unit: "share" | "usd" | "tokens" | "ms";
  /** Pairs of sessions. */
  readonly n: number;
  readonly baseline: number | null;
  readonly candidate: number | null;
  /** A difference in shares (0.01 is one session of a hundred), or a ratio candidate : baseline. */
  readonly effect: {
    readonly kind: "difference" | "ratio";
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
  };
  readonly harm: BacktestTest;
  readonly noWorse: BacktestTest;
  readonly verdict: Verdict;
  /** Whether the verdict of the backtest rests on it; if not, `why` says why not. */
  readonly counts: boolean;
  readonly why: string | null;
  /** Events only: pairs that differ, with the exact McNemar test of a sample that is looked at once. */
  readonly differing: { readonly worse: number; readonly better: number; readonly p: number } | null;
}

/** How the answers changed. A change is not a harm: nobody has said that it is one, so it has no verdict. */
export interface AnswerChanges {
  /** Turns that were replayed to their end with an answer on both sides. */
  readonly turns: number;
  readonly exact: number;
  /** Mean and tenth percentile of the similarity of texts. */
  readonly similarity: { readonly mean: number; readonly low: number } | null;
  /** Turns whose recorded answer is JSON, and those of them whose fields or types changed, with the most frequent ones. */
  readonly structure: {
    readonly turns: number;
    readonly changed: number;
    readonly notJson: number;
    readonly fields: readonly { readonly change: string; readonly turns: number }[];
  };
  /** Turns with tool calls on either side, by how they changed. */
  readonly tools: {
    readonly turns: number;
    readonly order: number;
    readonly arguments: number;
    readonly tools: number;
  };
}

/** A pair to read side by side. */
export interface WorstPair {
  readonly session: string;
  readonly baselineCall: string;
  readonly candidateCall: string;
  /** What is worse about it: `failed`, `another tool`. */
  readonly because: string;
  readonly part: "drawn" | "sought";
}

/** What a backtest found. */
export interface BacktestResult {
  readonly verdict: Verdict;
  /** In a sentence or two. */
  readonly why: string;
  readonly metrics: readonly BacktestMetric[];
  /** ln of the weighted average of the harm tests that count; harm where it reaches the threshold. */
  readonly union: { readonly logE: number; readonly threshold: number };
  readonly answers: AnswerChanges;
  /** Absent where no judge was asked, and in results from before there was one. */
  readonly judged?: JudgedSessions;
  readonly sessions: {
    /** Asked for, compared, and of those the ones that were drawn: the tests rest on them. */
    readonly planned: number;
    readonly compared: number;
    readonly drawn: number;
  };
  readonly turns: { readonly replayed: number; readonly diverged: number };
  /** While they were replayed. */
  readonly leftOut: LeftOutCounts;
  readonly spentPico: bigint;
  readonly worst: readonly WorstPair[];
  /** What to bear in mind, in sentences. */
  readonly caveats: readonly string[];
}
