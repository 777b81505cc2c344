import { needsProof } from "../check-stages.ts";
import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { withdraw } from "../withdraw.ts";
import { isProven } from "./certify.ts";

/**
 * Notes that the deadline has passed without proof, and aborts where the plan says so. What the other
 * policies do is seen from the state: `hold` in keep-holds, `ask` and `promote_unproven` in ramp.
 */
export function reachDeadline(rollout: Rollout, { nextEpoch }: Observation): readonly RolloutFact[] {
  const exposedMs = rollout.observedMs - (rollout.unexposedMs ?? 0);
  const isDue = rollout.deadlineReached || exposedMs >= rollout.plan.deadlineMs;
  if (rollout.phase !== "ramping" || !isDue || !needsProof(rollout.plan) || isProven(rollout)) return [];
  const reached: readonly RolloutFact[] = rollout.deadlineReached ? [] : [{ type: "DeadlineReached" }];
  if (rollout.plan.onInconclusive !== "abort") return reached;
  return [...reached, ...withdraw(rollout, { type: "AbortStarted", cause: "expired", epoch: nextEpoch })];
}

/** Whether the time for proof is over and there is none. */
export const isOverdue = (rollout: Rollout): boolean => rollout.deadlineReached && !isProven(rollout);
