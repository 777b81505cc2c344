import type { AbReading } from "../../evidence/ab-evidence.ts";
import type { Observation } from "../observation.ts";
import type { AbPlan } from "../plan.ts";
import type { AbVerdict, Rollout, RolloutFact } from "../rollout.ts";
import { unprovenMetrics } from "./certify.ts";

/**
 * Ends an A/B test: a winner is found when one side is proven better, or nobody when the planned sessions or the time
 * are over without. A candidate that has won stays until it is promoted (see ramp), at most as long as the test was
 * planned; in every other case it leaves at once. [] while the test goes on.
 */
export function endTest(rollout: Rollout, test: AbPlan, observation: Observation): readonly RolloutFact[] {
  const reading = observation.ab;
  const step = rollout.plan.steps[rollout.step];
  if (reading === undefined || step === undefined || rollout.stepObservedMs < step.minDurationMs) return [];
  const exposedMs = rollout.observedMs - (rollout.unexposedMs ?? 0);
  const isOver = reading.sessions >= test.sessions || exposedMs >= rollout.plan.deadlineMs;
  if (rollout.winner === "candidate") return isOver && !isGuarded(rollout, test) ? [leaves(observation)] : [];
  const winner = verdictOf(reading, isOver);
  if (winner === null) return [];
  const { sessions, evidenceHash } = reading;
  const found: RolloutFact = { type: "WinnerFound", winner, sessions, evidenceHash };
  return winner === "candidate" ? [found] : [found, leaves(observation)];
}

/** Whether every required metric but the goal, which is proven better, is proven no worse. */
export const isGuarded = (rollout: Rollout, { goal }: AbPlan): boolean =>
  unprovenMetrics(rollout).every((metric) => metric === goal);

function verdictOf({ better, worse }: AbReading, isOver: boolean): AbVerdict | null {
  if (better.crossed) return "candidate";
  if (worse.crossed) return "stable";
  return isOver ? "none" : null;
}

const leaves = ({ nextEpoch }: Observation): RolloutFact => ({
  type: "Completed",
  outcome: "observed",
  epoch: nextEpoch,
});
