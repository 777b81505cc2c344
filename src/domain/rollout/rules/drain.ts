import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";

/**
 * Ends the sessions of the release before when they have had their time, and completes the promotion when it has been
 * watched for long enough as well; a hold keeps the bake, and the way back, open.
 */
export function drain(rollout: Rollout, { nextEpoch }: Observation): readonly RolloutFact[] {
  const { drainMs, bakeMs = 0 } = rollout.plan;
  if (rollout.holds.length > 0 || rollout.drainedMs < drainMs) return [];
  const isDrained = rollout.pinsDrained === true || drainMs === 0;
  if (rollout.drainedMs < bakeMs) return isDrained ? [] : [{ type: "PinsDrained", epoch: nextEpoch }];
  const drained: readonly RolloutFact[] = rollout.pinsDrained === true ? [] : [{ type: "PinsDrained" }];
  return [...drained, { type: "Completed", outcome: "promoted" }];
}
