import type { Observation } from "../decide.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { isStoppedByHarm } from "./judge-harm.ts";
import { isPromotable } from "./ramp.ts";

/**
 * Moves the stable pointer: the point after which the candidate is stable. The gates are looked at again,
 * because a hold (a freeze is one) may have come since the promotion was decided.
 */
export function promote(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const isBlocked = rollout.holds.length > 0 || isStoppedByHarm(rollout) || !isPromotable(observation);
  if (rollout.pointerMoved || isBlocked) return [];
  const { channelStable, nextEpoch } = observation;
  return [{ type: "StablePointerMoved", from: channelStable, to: rollout.candidate, epoch: nextEpoch }];
}
