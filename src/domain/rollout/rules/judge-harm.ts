import type { Reading } from "../../evidence/evidence.ts";
import type { Observation } from "../observation.ts";
import type { MetricName } from "../plan.ts";
import { isActive } from "../rollout.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { withdraw } from "../withdraw.ts";
import { isProviderHarm, waitsForProvider } from "./provider-fault.ts";

/**
 * Rolls back (mode `enforce`), holds (mode `hold`) or only records (mode `observe`) when the union of the harm
 * tests has crossed: from every active phase, whatever is held, asked or about to be promoted.
 */
export function judgeHarm(rollout: Rollout, observation: Observation): readonly RolloutFact[] {
  const { nextEpoch } = observation;
  const due = rollout.harm === null ? crossingOf(rollout, observation) : null;
  if (!isActive(rollout.phase) || (rollout.harm === null && due === null)) return [];
  const facts: RolloutFact[] = due === null ? [] : [due];
  const { mode } = rollout.plan;
  if (mode === "enforce") {
    const cause = rollout.phase !== "shadowing" && isProviderHarm(observation) ? "provider_fault" : "harm";
    facts.push(...withdraw(rollout, { type: "RollbackStarted", cause, epoch: nextEpoch }));
  }
  if (mode === "hold" && !rollout.holds.includes("harm")) facts.push({ type: "HoldSet", hold: "harm" });
  return facts;
}

/** What has crossed: on copies while nobody is given the candidate, else on sessions; `null` when nothing has. */
function crossingOf(rollout: Rollout, observation: Observation): RolloutFact | null {
  const { reading, shadow, evidenceHash } = observation;
  if (rollout.phase === "shadowing" && shadow?.union.crossed === true) {
    const { pairs, union } = shadow;
    const metric = `shadow:${union.blame ?? "copies"}` as const;
    const crossing = { metric, logR: union.logR, candidateSessions: pairs, evidenceHash: shadow.evidenceHash };
    return { type: "HarmCrossed", ...crossing, stage: "shadow" };
  }
  const union = provenUnion(rollout, observation);
  if (union === null) return null;
  const metric = union.blame ?? strongestHarm(reading, rollout);
  const crossing = { metric, logR: union.logR, candidateSessions: reading.sessions.candidate, evidenceHash };
  return { type: "HarmCrossed", ...crossing, ...(rollout.pointerMoved && { stage: "bake" }) };
}

/** The union that proves harm; where failures of providers are told apart, that of the releases themselves comes first. */
function provenUnion(rollout: Rollout, observation: Observation): Reading["union"] | null {
  const { union, itself } = observation.reading;
  if (observation.providerFault === undefined || itself === undefined) return union.crossed ? union : null;
  if (itself.crossed) return itself;
  return isProviderHarm(observation) && !waitsForProvider(rollout, observation) ? union : null;
}

/** The metric to name when the reading blames none. */
function strongestHarm({ metrics }: Reading, { plan }: Rollout): MetricName {
  const [first, ...others] = metrics;
  if (first === undefined) return plan.metrics[0]?.metric ?? "errors";
  return others.reduce((worst, other) => (other.harm.logE > worst.harm.logE ? other : worst), first).metric;
}

/** Whether proven harm forbids any more weight. */
export const isStoppedByHarm = ({ harm, plan }: Rollout): boolean => harm !== null && plan.mode !== "observe";
