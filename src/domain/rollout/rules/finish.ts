import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { pointerBack } from "../withdraw.ts";
import { isStoppedByHarm } from "./judge-harm.ts";
import { isPromotable } from "./ramp.ts";

/**
 * Moves the stable pointer: the point after which the candidate is stable. The gates are looked at again,
 * because a freeze, a hold or a sick control may have come since the promotion was decided.
 */
export function promote(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const isBlocked = rollout.holds.length > 0 || observation.frozen || isStoppedByHarm(rollout);
  if (rollout.pointerMoved || isBlocked || !isPromotable(observation)) return [];
  const { channelStable, nextEpoch } = observation;
  return [{ type: "StablePointerMoved", from: channelStable, to: rollout.candidate, epoch: nextEpoch }];
}

/** Completes the promotion when old pins have had their time; a hold keeps the bake, and the way back, open. */
export function drain(rollout: Rollout): readonly RolloutFact[] {
  if (rollout.holds.length > 0 || rollout.drainedMs < rollout.plan.drainMs) return [];
  return [{ type: "PinsDrained" }, { type: "Completed", outcome: "promoted" }];
}

/** Ends a withdrawal when every live replica has let go of the candidate. */
export function withdrawTo(end: "RolledBack" | "Aborted") {
  return function finishWithdrawal(rollout: Rollout, { nextEpoch }: Observation): readonly RolloutFact[] {
    if (rollout.pointerMoved) return pointerBack(rollout, nextEpoch);
    return rollout.acked ? [{ type: end }] : [];
  };
}
