import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { leavingRule } from "../leaving-rule.ts";
import { pointerBack } from "../withdraw.ts";
import type { Rule } from "./rule.ts";

/**
 * Ends a withdrawal when every live replica has let go of the candidate, and where sessions may finish on it when they
 * have had their time.
 */
export function finishWithdrawal(end: "RolledBack" | "Aborted"): Rule {
  return function finish(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
    if (rollout.pointerMoved) return pointerBack(rollout, observation.nextEpoch);
    return rollout.acked && !isLeaving(rollout, observation) ? [{ type: end }] : [];
  };
}

/** Whether any session can have been given the candidate. */
const hadSessions = ({ plan, step, promotedAt }: Rollout): boolean =>
  promotedAt !== undefined || (plan.steps[step]?.weight ?? 0) > 0;

/** Whether sessions of the candidate still have time before they are taken over by stable. */
export function isLeaving(rollout: Rollout, { compatible = true }: Observation): boolean {
  const { plan, leavingMs = 0 } = rollout;
  const isKept = leavingRule(plan.sessions, compatible).rule !== "next_turn";
  return isKept && hadSessions(rollout) && leavingMs < plan.drainMs;
}
