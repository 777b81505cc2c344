import type { Handover } from "../traffic/route.ts";
import type { SessionPolicy } from "./plan.ts";

const NEXT_TURN: Handover = { rule: "next_turn", because: "plan" };
const KEEP: Handover = { rule: "keep", because: "plan" };
const MISFIT: Handover = { rule: "keep", because: "incompatible" };

/**
 * What becomes of a candidate's sessions when it is taken back. Those that could not go on with the other release keep
 * theirs until the drain ends, whatever the plan says of the next turn. Plans from before it was asked move all.
 */
export function leavingRule(policy: SessionPolicy | undefined, compatible: boolean): Handover {
  if (policy === undefined) return NEXT_TURN;
  if (policy.onRollback === "terminate") return { rule: "terminate", because: "plan" };
  if (policy.onRollback === "finish") return KEEP;
  return compatible ? NEXT_TURN : MISFIT;
}

/** What becomes of sessions that began on the release before a promotion, while their time has not run out. */
export function stayingRule(policy: SessionPolicy | undefined, compatible: boolean): Handover {
  if (policy?.onPromotion !== "next_turn") return KEEP;
  return compatible ? NEXT_TURN : MISFIT;
}
