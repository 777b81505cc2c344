import { planOf } from "./gates/gates-at.ts";
import { isReturn } from "./is-return.ts";
import type { NoticeEvent } from "./notice-plan.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";

/** What people want to hear of a fact, as the rollout stands after it; `null` for all that is of no interest to them. */
export function noticeOf(rollout: Rollout, fact: RolloutFact): NoticeEvent | null {
  // A return goes forward to the release before, which is the way back for everybody who is told.
  if (isReturn(rollout)) return fact.type === "StablePointerMoved" ? "rolled_back" : null;
  switch (fact.type) {
    case "Started":
      return "started";
    case "StepEntered":
      return fact.step > 0 ? "advanced" : null;
    case "HoldSet":
      return "held";
    case "ApprovalAsked":
      return "approval_asked";
    case "GateAsked":
      return planOf(rollout, fact.gate)?.kind === "approval" ? "approval_asked" : null;
    case "StablePointerMoved":
      return fact.to === rollout.candidate ? "promoted" : null;
    case "RollbackStarted":
    case "AbortStarted":
      return "rolled_back";
    default:
      return null;
  }
}
