import type { EvidencePlan } from "./running-evidence.ts";
import type { MetricReading, Reading } from "./evidence.ts";
import { growthPerSession } from "./planner.ts";

/** How a channel is used now. `weight`: share of new sessions that go to the candidate. */
export interface Traffic {
  readonly weight: number;
  readonly sessionsPerSecond: number;
}

/** How much longer: sessions of both arms together, and the time they take at the present traffic. */
export interface Eta {
  readonly sessions: number;
  readonly ms: number;
}

/** With no failure yet the rate is taken as half a failure in this many sessions, or in those seen if more. */
const PRIOR_SESSIONS = 50;

/**
 * How much longer until every required metric is proven no worse, at the present weight and traffic. For errors
 * the planner's growth of log E at the observed rate; for metrics on blocks the growth seen so far, scaled to the
 * weight. `null` when nothing is left to prove or when it cannot be told: no traffic, no draw, or a metric whose
 * evidence does not grow.
 */
export function estimateEta(reading: Reading, plan: EvidencePlan, traffic: Traffic): Eta | null {
  const { weight, sessionsPerSecond } = traffic;
  if (reading.certified || !(weight > 0 && weight < 1) || !(sessionsPerSecond > 0)) return null;
  const required = new Set(plan.metrics.filter((metric) => metric.required).map(({ metric }) => metric));
  let sessions = 0;
  for (const metric of reading.metrics) {
    if (!required.has(metric.metric) || metric.noWorse.crossed) continue;
    const { threshold, logE } = metric.noWorse;
    sessions = Math.max(sessions, (threshold - logE) / growthOf(metric, weight));
  }
  if (!Number.isFinite(sessions) || sessions <= 0) return null;
  const whole = Math.ceil(sessions);
  return { sessions: whole, ms: Math.ceil((whole / sessionsPerSecond) * 1000) };
}

/** Expected growth of the no-worse log E per session at a weight; 0 when it does not grow. */
const growthOf = (metric: MetricReading, weight: number): number =>
  metric.metric === "errors" ? errorsGrowth(metric, weight) : blockGrowth(metric, weight);

/** Equal rates are assumed until the effect is known well enough to have an interval. */
function errorsGrowth({ n, value, effect, noWorse }: MetricReading, weight: number): number {
  const failures = n.stable * (value.stable ?? 0) + n.candidate * (value.candidate ?? 0);
  const stableRate = Math.max(failures, 0.5) / Math.max(n.stable + n.candidate, PRIOR_SESSIONS);
  const ratio = effect === null || effect.low === null ? 1 : effect.ratio;
  if (ratio >= noWorse.margin) return 0;
  return growthPerSession({
    stableRate,
    candidateRate: Math.min(1, ratio * stableRate),
    weight,
    margin: noWorse.margin,
  });
}

/** What a session tells is nearly proportional to n_c n_s / (n_c + n_s), which grows by w (1 - w) per session. */
function blockGrowth({ n, noWorse }: MetricReading, weight: number): number {
  const information = (n.candidate * n.stable) / (n.candidate + n.stable);
  return noWorse.logE > 0 ? (noWorse.logE / information) * weight * (1 - weight) : 0;
}
