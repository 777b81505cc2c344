import { isDelayed } from "../domain/evidence/metrics/kinds.ts";
import type { MetricName, MetricPlan } from "../domain/rollout/plan.ts";
import { hmacUnit, sha256Hex } from "../kit/hash.ts";

/** A delayed metric of one rollout, as its sessions are watched. */
export interface DelayedMetric {
  readonly name: MetricName;
  /** How long after its assignment a session's outcome may come, milliseconds. */
  readonly withinMs: number;
  /** Whether a session is part of the metric; decided by nothing but the rollout and the session. */
  isMember(session: string): boolean;
}

/** The delayed metrics of a plan; most plans have none. */
export function delayedMetrics(rolloutId: string, metrics: readonly MetricPlan[]): readonly DelayedMetric[] {
  return metrics.flatMap(({ metric, withinMs, judge }) => {
    if (!isDelayed(metric) || withinMs === undefined) return [];
    const isMember =
      judge === undefined ? everySession : (session: string) => isJudged(rolloutId, session, judge.sample);
    return [{ name: metric, withinMs, isMember }];
  });
}

const everySession = (): boolean => true;

/** Judge keys by rollout: a process has few open rollouts. */
const keys = new Map<string, string>();
const MOST_KEYS = 256;

/**
 * Whether a session is one of those to judge: by a hash of the session that has nothing to do with the draw of its arm,
 * so that the share is the same in both.
 */
export function isJudged(rolloutId: string, session: string, sample: number): boolean {
  if (sample >= 1) return true;
  let key = keys.get(rolloutId);
  if (key === undefined) {
    if (keys.size >= MOST_KEYS) keys.clear();
    key = sha256Hex(`judge\n${rolloutId}`);
    keys.set(rolloutId, key);
  }
  return hmacUnit(key, session) < sample;
}
