import { unprovenIn } from "../../evidence/shadow-reading.ts";
import type { Observation } from "../observation.ts";
import type { ShadowStage } from "../plan.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { withdraw } from "../withdraw.ts";

/**
 * Ends the stage of copies: on proof the ladder behind it begins, or the rollout ends where there is none. A stage
 * whose time or budget is over without proof does what the plan says of an inconclusive one; `hold` is in keep-holds.
 */
export function shadow(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const { shadow: stage, steps, onInconclusive } = rollout.plan;
  if (stage === undefined || !isWatching(rollout)) return [];
  const isShown = isProvenOnCopies(rollout, stage, observation);
  if (!isShown && !isStageOver(rollout, observation)) return [];
  if (steps.length === 0) return observed(isShown, observation);
  if (isShown || rollout.approved || onInconclusive === "promote_unproven") return [passed(observation)];
  if (onInconclusive === "abort") return failed(rollout, observation);
  if (onInconclusive === "hold" || rollout.activity === "awaiting_approval") return [];
  return [{ type: "ApprovalAsked" }];
}

/** Acknowledged and not held. */
const isWatching = ({ activity }: Rollout): boolean => activity === "observing" || activity === "awaiting_approval";

function isProvenOnCopies(
  { plan, stepObservedMs }: Rollout,
  { minDurationMs, minPairs }: ShadowStage,
  { shadow: reading }: Observation,
): boolean {
  if (reading === undefined || reading.pairs === 0) return false;
  // A plan that wants proof wants some of it here, also where copies show none of what it requires.
  const isProofless = !reading.metrics.some(({ required }) => required);
  if (isProofless && plan.steps.length > 0 && plan.metrics.some(({ required }) => required)) return false;
  const { excused = { copies: 0, of: 0 } } = reading;
  const isSpokenFor = excused.copies * 2 <= excused.of;
  return (
    stepObservedMs >= minDurationMs && reading.pairs >= minPairs && isSpokenFor && unprovenIn(reading).length === 0
  );
}

/** Whether no more copies are to come: the time of the stage, or the money for it, is over. */
export function isStageOver({ plan, stepObservedMs }: Rollout, { shadow: reading }: Observation): boolean {
  // Right after a start nobody has read what the copies have shown.
  if (plan.shadow === undefined || reading === undefined) return false;
  return stepObservedMs >= plan.shadow.deadlineMs || reading.isSpent;
}

/** Whether the stage is over and did not show what it had to. */
export const isStageInconclusive = (rollout: Rollout, observation: Observation): boolean =>
  rollout.phase === "shadowing" &&
  rollout.plan.shadow !== undefined &&
  rollout.plan.steps.length > 0 &&
  isStageOver(rollout, observation) &&
  !isProvenOnCopies(rollout, rollout.plan.shadow, observation);

const hashOf = ({ shadow: reading, evidenceHash }: Observation): string => reading?.evidenceHash ?? evidenceHash;

const passed = (observation: Observation): RolloutFact => ({
  type: "ShadowPassed",
  evidenceHash: hashOf(observation),
  epoch: observation.nextEpoch,
});

function observed(isShown: boolean, observation: Observation): readonly RolloutFact[] {
  const end: RolloutFact = { type: "Completed", outcome: "observed", epoch: observation.nextEpoch };
  return isShown ? [passed(observation), end] : [end];
}

function failed(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const metrics = observation.shadow === undefined ? [] : unprovenIn(observation.shadow);
  return [
    { type: "ShadowFailed", metrics, evidenceHash: hashOf(observation) },
    ...withdraw(rollout, { type: "RollbackStarted", cause: "shadow", epoch: observation.nextEpoch }),
  ];
}
