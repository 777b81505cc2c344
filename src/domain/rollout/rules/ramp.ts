import type { Observation } from "../observation.ts";
import type { PromotionBasis, Rollout, RolloutFact } from "../rollout.ts";
import { STRATEGIES } from "../strategies/index.ts";
import { isProven } from "./certify.ts";
import { endTest, isGuarded } from "./end-test.ts";
import { keepsWeight } from "./provider-fault.ts";
import { isOverdue } from "./reach-deadline.ts";
import { enterFirst } from "./start.ts";

/** A move whose other gates are all clear, and whether a person has to agree to it. */
interface Ready {
  readonly fact: RolloutFact;
  readonly approval: boolean;
}

/**
 * Moves up the ladder or to promotion when every gate is clear. Harm, a freeze, a sick control, missing data
 * and a mismatch are holds by now (their rules ran before), so they keep the rollout out of `observing`.
 * Approval is asked last.
 */
export function ramp(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  if (rollout.step < 0) return rollout.holds.length === 0 ? enterFirst(rollout, observation) : [];
  // On a step without traffic nobody is counted, and nobody needs to be.
  if (!isWatching(rollout) || (rollout.weight > 0 && !hasOutcomes(observation))) return [];
  const end = rollout.plan.ab === undefined ? [] : endTest(rollout, rollout.plan.ab, observation);
  if (end.length > 0) return end;
  const ready = isUnprovenDue(rollout) ? promoteUnproven(rollout, observation) : climb(rollout, observation);
  if (ready === null) return [];
  if (!ready.approval || rollout.approved) return [ready.fact];
  return rollout.activity === "awaiting_approval" ? [] : [{ type: "ApprovalAsked" }];
}

/** Acknowledged and not held. */
const isWatching = ({ activity }: Rollout): boolean => activity === "observing" || activity === "awaiting_approval";

/** No data is no pass: an arm without a final session says nothing. */
const hasOutcomes = ({ reading }: Observation): boolean =>
  reading.sessions.stable > 0 && reading.sessions.candidate > 0;

/** What a candidate must be to become stable, proof apart. */
export const isPromotable = ({ controlHealthy, candidateResolvable }: Observation): boolean =>
  controlHealthy && candidateResolvable;

const isUnprovenDue = (rollout: Rollout): boolean => {
  const { onInconclusive } = rollout.plan;
  return isOverdue(rollout) && (onInconclusive === "ask" || onInconclusive === "promote_unproven");
};

/** After the deadline, where the plan allows a promotion without proof: by a person, or by itself. */
function promoteUnproven(rollout: Rollout, observation: Observation): Ready | null {
  if (!isPromotable(observation)) return null;
  const isAsked = rollout.plan.onInconclusive === "ask";
  const fact = promotionOn(isAsked ? "human_override" : "unproven_policy", observation);
  return { fact, approval: isAsked || needsApproval(rollout) };
}

/** The next rung, or the promotion when the strategy says so. */
function climb(rollout: Rollout, observation: Observation): Ready | null {
  const step = rollout.plan.steps[rollout.step];
  const next = STRATEGIES[rollout.plan.strategy].next(rollout.plan, rollout.step);
  if (step === undefined || next === null) return null;
  if (rollout.stepObservedMs < step.minDurationMs || observation.stepSessions < step.minSessions) return null;
  const approval = needsApproval(rollout);
  if (next.to === "step") {
    if (keepsWeight(rollout, observation)) return null;
    return {
      fact: { type: "StepEntered", step: next.step, weight: next.weight, epoch: observation.nextEpoch },
      approval,
    };
  }
  const { basis } = STRATEGIES[rollout.plan.strategy];
  if (!isPromotable(observation) || !isGrounded(rollout, basis)) return null;
  const asks = rollout.plan.ab?.winner === "ask";
  return { fact: promotionOn(basis, observation), approval: approval || asks };
}

/** Whether what a promotion rests on is there. */
function isGrounded(rollout: Rollout, basis: PromotionBasis): boolean {
  const { ab } = rollout.plan;
  if (basis === "superior") return ab !== undefined && rollout.winner === "candidate" && isGuarded(rollout, ab);
  return basis === "gates" || isProven(rollout);
}

const needsApproval = ({ plan, step }: Rollout): boolean => plan.steps[step]?.approval ?? false;

const promotionOn = (basis: PromotionBasis, { evidenceHash }: Observation): RolloutFact => ({
  type: "PromotionDecided",
  basis,
  evidenceHash,
});
