import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { isPromotable } from "./ramp.ts";

/**
 * Moves the stable pointer: the point after which the candidate is stable. The gates are looked at again,
 * because a hold (harm and a freeze are some) may have come since the promotion was decided.
 */
export function promote(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  if (rollout.pointerMoved || rollout.holds.length > 0 || !isPromotable(observation)) return [];
  const { channelStable, nextEpoch } = observation;
  return [{ type: "StablePointerMoved", from: channelStable, to: rollout.candidate, epoch: nextEpoch }];
}
