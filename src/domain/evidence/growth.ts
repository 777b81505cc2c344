import { absoluteGrowth } from "./absolute-test.ts";
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

/** Equal rates are assumed until the effect is known well enough to have an interval. */
function eventGrowth({ n, value, effect, noWorse, better }: MetricReading, weight: number): number {
  const events = n.stable * (value.stable ?? 0) + n.candidate * (value.candidate ?? 0);
  const stableRate = Math.max(events, 0.5) / Math.max(n.stable + n.candidate, PRIOR_SESSIONS);
  const ratio = effect === null || effect.low === null ? 1 : effect.ratio;
  const candidateRate = Math.min(1, ratio * stableRate);
  const { margin, isDifference } = noWorse;
  if (isDifference === true) {
    return Math.max(0, absoluteGrowth({ stable: stableRate, candidate: candidateRate }, weight, margin));
  }
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
