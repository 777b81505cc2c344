import type { Reading } from "../../evidence/evidence.ts";
import type { Observation } from "../observation.ts";
import type { MetricName } from "../plan.ts";
import { isActive } from "../rollout.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { withdraw } from "../withdraw.ts";

/**
 * Rolls back (mode `enforce`), holds (mode `hold`) or only records (mode `observe`) when the union of the harm
 * tests has crossed: from every active phase, whatever is held, asked or about to be promoted.
 */
export function judgeHarm(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const { reading, evidenceHash, nextEpoch } = observation;
  if (!isActive(rollout.phase) || (rollout.harm === null && !reading.union.crossed)) return [];
  const facts: RolloutFact[] = [];
  if (rollout.harm === null) {
    const metric = reading.union.blame ?? strongestHarm(reading, rollout);
    const { logR } = reading.union;
    facts.push({ type: "HarmCrossed", metric, logR, candidateSessions: reading.sessions.candidate, evidenceHash });
  }
  const { mode } = rollout.plan;
  if (mode === "enforce") {
    facts.push(...withdraw(rollout, { type: "RollbackStarted", cause: "harm", epoch: nextEpoch }));
  }
  if (mode === "hold" && !rollout.holds.includes("harm")) facts.push({ type: "HoldSet", hold: "harm" });
  return facts;
}

/** The metric to name when the reading blames none. */
function strongestHarm({ metrics }: Reading, { plan }: Rollout): MetricName {
  const [first, ...others] = metrics;
  if (first === undefined) return plan.metrics[0]?.metric ?? "errors";
  return others.reduce((worst, other) => (other.harm.logE > worst.harm.logE ? other : worst), first).metric;
}

/** Whether proven harm forbids any more weight. */
export const isStoppedByHarm = ({ harm, plan }: Rollout): boolean => harm !== null && plan.mode !== "observe";
