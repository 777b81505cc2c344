import type { Rollout, RolloutFact } from "../rollout.ts";

/** Completes the promotion when old pins have had their time; a hold keeps the bake, and the way back, open. */
export function drain(rollout: Rollout): readonly RolloutFact[] {
  if (rollout.holds.length > 0 || rollout.drainedMs < rollout.plan.drainMs) return [];
  return [{ type: "PinsDrained" }, { type: "Completed", outcome: "promoted" }];
}
