import type { Observation } from "../observation.ts";
import type { RolloutFact } from "../rollout.ts";

/** Puts one snapshot of the evidence in front of the facts that rest on it; the others carry none. */
export function withEvidence(facts: readonly RolloutFact[], observation: Observation): readonly RolloutFact[] {
  const first = facts.findIndex(restsOnEvidence);
  if (first < 0) return facts;
  const { reading, evidenceHash } = observation;
  return [...facts.slice(0, first), { type: "EvidenceSnapshot", reading, evidenceHash }, ...facts.slice(first)];
}

function restsOnEvidence(fact: RolloutFact): boolean {
  switch (fact.type) {
    case "HarmCrossed":
    case "NoWorseCertified":
    case "DeadlineReached":
    case "ApprovalAsked":
    case "PromotionDecided":
      return true;
    case "StepEntered":
      return fact.step > 0;
    case "HoldSet":
      return fact.hold === "srm" || fact.hold === "no_data" || fact.hold === "inconclusive";
    default:
      return false;
  }
}
