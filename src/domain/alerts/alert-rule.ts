import type { SloPromise } from "../slo/slo.ts";
import type { Signal } from "./signal.ts";

/** How bad it is. `critical` wakes somebody, `warning` can wait for the morning, `info` is only shown and sent where wanted. */
export type Severity = "critical" | "warning" | "info";

/** Severities, the worst first. */
export const SEVERITIES = ["critical", "warning", "info"] as const satisfies readonly Severity[];

/**
 * What a rule makes of a time without numbers, or with fewer than it needs. `ok`: nothing is wrong. `alert`: that is a
 * trouble too. `keep`: what was, stays.
 */
export type NoDataPolicy = "ok" | "alert" | "keep";

/** When a signal is bad. Bounds are in the signal's own unit: shares in [0, 1], milliseconds, pico-dollars, counts. */
export type AlertCondition =
  | { readonly type: "threshold"; readonly op: "above" | "below"; readonly bound: number }
  /**
   * The robust z-score (0.6745 × distance from the median / median absolute deviation) against the same stretch of
   * previous days is beyond `z`, and the number is at least `ratio` times the median (`below`: at most 1/`ratio`).
   */
  | {
      readonly type: "baseline";
      readonly op: "above" | "below";
      readonly z: number;
      readonly ratio: number;
      readonly days: number;
    }
  /** A service level's budget burns faster than `factor` in both windows; `signal.windowMs` is the long one. */
  | {
      readonly type: "burn";
      readonly slo: string;
      readonly factor: number;
      readonly shortMs: number;
      /** What it promises, for words. */
      readonly level: SloPromise;
    };

/** One rule that watches a signal of every subject it is about. */
export interface AlertRule {
  /** Names it within its environment; rules of service levels are called `slo:<name>:<speed>`. */
  readonly name: string;
  readonly severity: Severity;
  readonly signal: Signal;
  readonly condition: AlertCondition;
  /** Endpoints it watches, each for itself; `null` is every endpoint. Signals of the server alone have none. */
  readonly endpoints: readonly string[] | null;
  /** How long the condition must hold before anybody is told, ms. */
  readonly forMs: number;
  /** With fewer calls (or judged answers) in the window there is no data. */
  readonly leastCount: number;
  readonly noData: NoDataPolicy;
  /** How often those who were told are told again while nothing changes, ms; `null` is never. */
  readonly renotifyMs: number | null;
  /** Where it is written what to do; `null` is nowhere. */
  readonly runbook: string | null;
  /** Sent along and matched by silences. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it comes with Rollward, and nobody wrote it. */
  readonly isDefault: boolean;
}
