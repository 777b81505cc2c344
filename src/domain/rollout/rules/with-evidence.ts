import type { Observation } from "../observation.ts";
import type { RolloutFact } from "../rollout.ts";

/** What a snapshot is made of. */
export type EvidenceSight = Pick<Observation, "reading" | "evidenceHash" | "shadow" | "cut">;

/**
 * Puts one snapshot of the evidence, that of the copies in a shadow stage, in front of the facts that rest on it, or that
 * end the comparison: whoever ends it, what had been seen by then is kept.
 */
export function withEvidence(facts: readonly RolloutFact[], observation: EvidenceSight): readonly RolloutFact[] {
  const first = facts.findIndex(restsOnEvidence);
  if (first < 0) return facts;
  return [...facts.slice(0, first), snapshotOf(observation), ...facts.slice(first)];
}

const snapshotOf = ({ reading, evidenceHash, shadow, cut }: EvidenceSight): RolloutFact =>
  shadow === undefined
    ? { type: "EvidenceSnapshot", reading, evidenceHash, ...(cut !== undefined && { cut }) }
    : { type: "ShadowSnapshot", reading: shadow };

function restsOnEvidence(fact: RolloutFact): boolean {
  switch (fact.type) {
    case "HarmCrossed":
    case "NoWorseCertified":
    case "DeadlineReached":
    case "ApprovalAsked":
    case "PromotionDecided":
    case "TriggerFired":
    case "ShadowPassed":
    case "ShadowFailed":
    case "WinnerFound":
    case "RollbackStarted":
    case "AbortStarted":
    case "Superseded":
      return true;
    case "Completed":
      return fact.outcome === "observed";
    case "StepEntered":
    case "GateAsked":
      return fact.step > 0;
    case "HoldSet":
      return ["srm", "no_data", "inconclusive", "provider_fault"].includes(fact.hold);
    default:
      return false;
  }
}
