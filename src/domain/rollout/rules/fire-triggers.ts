import type { Observation } from "../observation.ts";
import { isActive } from "../rollout.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { withdraw } from "../withdraw.ts";

/**
 * Notes the first classic trigger that is above its threshold and does what it says, as far as the plan's mode lets it. One
 * that rolls back does so whatever fired before; of the others the first is all.
 * It comes after the evidence and takes nothing away from it: a rollout that no trigger stops is still judged by proof.
 */
export function fireTriggers(rollout: Rollout, { firing, nextEpoch }: Observation): readonly RolloutFact[] {
  if (firing === undefined || !isActive(rollout.phase)) return [];
  const fired: RolloutFact = { type: "TriggerFired", ...firing };
  const { mode, triggers = [] } = rollout.plan;
  if (mode === "enforce" && triggers[firing.trigger]?.action === "rollback") {
    return [fired, ...withdraw(rollout, { type: "RollbackStarted", cause: "trigger", epoch: nextEpoch })];
  }
  if (rollout.trigger !== undefined) return [];
  return mode === "observe" ? [fired] : [fired, { type: "HoldSet", hold: "trigger" }];
}
