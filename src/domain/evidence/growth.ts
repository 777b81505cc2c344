import { absoluteGrowth } from "./absolute-test.ts";
import { eitherGrowth } from "./either-test.ts";
import type { MetricReading } from "./evidence.ts";
import { growthPerSession } from "./planner.ts";

/** With no event yet the rate is taken as half an event in this many sessions, or in those seen if more. */
const PRIOR_SESSIONS = 50;

/**
 * Expected growth of a metric's no-worse log E per session of both arms at a candidate weight in (0, 1), in nats; 0
 * when it does not grow. For events (errors, refusals, invalid answers) the planner's figure at the rate observed so far; for metrics on blocks the
 * growth seen so far, scaled to the weight.
 */
export const noWorseGrowth = (metric: MetricReading, weight: number): number =>
  metric.unit === "share" ? eventGrowth(metric, weight) : blockGrowth(metric, weight);

/**
 * What the test still has to gain, in nats, above 0 only before it crosses. Where either of two margins is enough and
 * their average is tested, the one that decides has to reach twice the threshold less what the other one has, and that
 * is taken to have neither won nor lost.
 */
export function noWorseMissing({ noWorse: { logE, threshold, orDifference } }: MetricReading): number {
  if (orDifference === undefined) return threshold - logE;
  const decided = Math.max(2 * Math.exp(logE) - 1, Math.exp(logE) / 2);
  return Math.log(2 * Math.exp(threshold) - 1) - Math.log(decided);
}

/** Equal rates are assumed until the effect is known well enough to have an interval. */
function eventGrowth({ n, value, effect, noWorse, better }: MetricReading, weight: number): number {
  const events = n.stable * (value.stable ?? 0) + n.candidate * (value.candidate ?? 0);
  const stableRate = Math.max(events, 0.5) / Math.max(n.stable + n.candidate, PRIOR_SESSIONS);
  const ratio = effect === null || effect.low === null ? 1 : effect.ratio;
  const candidateRate = Math.min(1, ratio * stableRate);
  const { margin, isDifference, orDifference: points } = noWorse;
  const rates = { stable: stableRate, candidate: candidateRate };
  if (isDifference === true) return Math.max(0, absoluteGrowth(rates, weight, margin));
  if (points !== undefined) return eitherGrowth(rates, weight, { ratio: margin, points }).growth;
  if (better === "higher") {
    // A good event: the arms change places.
    if (stableRate >= margin * candidateRate) return 0;
    return growthPerSession({ stableRate: candidateRate, candidateRate: stableRate, weight: 1 - weight, margin });
  }
  return ratio >= margin ? 0 : growthPerSession({ stableRate, candidateRate, weight, margin });
}

/** What a session tells is nearly proportional to n_c n_s / (n_c + n_s), which grows by w (1 - w) per session. */
function blockGrowth({ n, noWorse }: MetricReading, weight: number): number {
  const information = (n.candidate * n.stable) / (n.candidate + n.stable);
  return noWorse.logE > 0 ? (noWorse.logE / information) * weight * (1 - weight) : 0;
}
