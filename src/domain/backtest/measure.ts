import type { Verdict } from "../evidence/evidence.ts";
import { logThreshold } from "../evidence/thresholds.ts";
import type { MetricPlan } from "../rollout/plan.ts";
import type { BacktestMetricName, BacktestTest } from "./result.ts";

/** A metric with its margins and what it counts for. */
export interface Measure {
  readonly metric: BacktestMetricName;
  readonly margins: Pick<
    MetricPlan,
    "harmRatio" | "noWorseRatio" | "noWorsePoints" | "noWorseOrPoints" | "harmDrop" | "noWorseDrop"
  >;
  /** Level at which the metric alone proves harm. */
  readonly alpha: number;
  readonly beta: number;
  readonly counts: boolean;
  readonly why: string | null;
}

/** A test at its level, with its margin in words. */
export const testOf = (logE: number, level: number, margin: string): BacktestTest => {
  const threshold = logThreshold(level);
  return { logE, threshold, crossed: logE >= threshold, margin };
};

/** What both tests of a metric say. */
export function verdictOf(harm: BacktestTest, noWorse: BacktestTest): Verdict {
  if (harm.crossed) return "harm";
  return noWorse.crossed ? "non-inferior" : "inconclusive";
}

/** A bet needs a limit: differences of exactly 1 have none. */
export const EDGE = 1e-6;
