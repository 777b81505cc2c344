import type { Observation } from "../observation.ts";
import { isActive, isWithdrawing } from "../rollout.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { isLeaving } from "./finish-withdrawal.ts";

/** Least time that makes an entry of its own, milliseconds. */
const GRAIN_MS = 1_000;

/** Later on, the share of the time already logged: a week's log then has about 1,000 such entries, not 600,000. */
const GRAIN_SHARE = 0.01;

/** Counts the time watched since the last entry; timers count observed time, so an outage is no bake time. */
export function observeTime(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const { observedMs } = observation;
  if (!(observedMs > 0) || !Number.isFinite(observedMs)) return [];
  const isCounted = isActive(rollout.phase) || (isWithdrawing(rollout.phase) && isLeaving(rollout, observation));
  if (!isCounted) return [];
  return [{ type: "TimeObserved", ms: observedMs }];
}

/**
 * Whether time is worth an entry without any other decision: a second, or a hundredth of the time already
 * logged. Guards count unlogged time too; a crash loses at most this much of it, never adds any.
 */
export const isWorthRecording = (rollout: Rollout, { observedMs }: Observation): boolean =>
  observedMs >= Math.max(GRAIN_MS, rollout.observedMs * GRAIN_SHARE);
