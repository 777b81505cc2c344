import type { MetricReading, TestReading } from "../../evidence/evidence.ts";
import { describeValues, formatShare, listMetrics } from "../describe-effect.ts";
import type { MetricName } from "../plan.ts";

/** A number for a sentence: "9.8", "1.04", "1,240". */
export const formatNumber = (value: number): string =>
  value.toLocaleString("en-US", { maximumSignificantDigits: Math.abs(value) < 2 ? 3 : 2 });

const count = (sessions: number): string => sessions.toLocaleString("en-US");

/**
 * What one metric says, in one sentence with effect, interval, sessions, margins and thresholds: "errors: 10.3 % against
 * 1.1 %, a ratio of 9.4 (95 % interval 4.1 to 21), 34 candidate and 966 stable sessions; harm beyond a ratio of 1.25 is
 * proven (log E 3.4 of 3.5), …". `alpha` is the level of the interval. `provenBy`: the metrics that prove harm together
 * where none of them does alone; empty elsewhere.
 */
export function describeMetric(reading: MetricReading, alpha: number, provenBy: readonly MetricName[] = []): string {
  const { metric, n, harm, noWorse, required } = reading;
  const values = describeValues(reading) ?? "no value yet";
  const sessions = `${count(n.candidate)} candidate and ${count(n.stable)} stable sessions`;
  const role = required ? "" : " (not required for a promotion)";
  return `${listMetrics([metric])}: ${values}${describeInterval(reading, alpha)}, ${sessions}; ${describeHarmTest(harm, verdictOf(metric, harm, provenBy))}, ${describeNoWorse(noWorse)}${role}.`;
}

/** ", a ratio of 9.4 (95 % interval 4.1 to 21)"; without an interval as long as there are too few sessions for one. */
function describeInterval({ effect }: MetricReading, alpha: number): string {
  if (effect === null) return "";
  const { ratio, low, high } = effect;
  const level = formatShare(1 - alpha);
  const interval =
    low === null || high === null
      ? "too few sessions for an interval"
      : `${level} interval ${formatNumber(low)} to ${formatNumber(high)}`;
  return `, a ratio of ${formatNumber(ratio)} (${interval})`;
}

const describeHarmTest = (test: TestReading, verdict: string): string =>
  `harm beyond ${marginOf(test)} is ${verdict} (${standOf(test)})`;

/** A metric may be the only one that speaks of harm, and cross the threshold by what those that are silent add to it. */
function verdictOf(metric: MetricName, { crossed }: TestReading, provenBy: readonly MetricName[]): string {
  if (crossed) return "proven";
  if (!provenBy.includes(metric)) return "not proven";
  return provenBy.length === 1 ? "proven, with the silent metrics counted in" : "not proven by it alone";
}

const describeNoWorse = (test: TestReading): string =>
  `no worse than ${marginOf(test)} is ${test.crossed ? "proven" : "not proven"} (${standOf(test)})`;

function marginOf({ margin, isDifference, orDifference: points }: TestReading): string {
  if (isDifference === true) return `a difference of ${formatNumber(margin)}`;
  const ratio = `a ratio of ${formatNumber(margin)}`;
  return points === undefined ? ratio : `${ratio} or ${formatNumber(100 * points)} more of 100 sessions`;
}

/** "log E 3.4 of 3.5": how far the evidence has come on its way to the threshold. */
const standOf = ({ logE, threshold }: TestReading): string => `log E ${logE.toFixed(1)} of ${threshold.toFixed(1)}`;
