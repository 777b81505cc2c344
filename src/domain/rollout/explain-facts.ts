import { explainRollout } from "./explain.ts";
import { applyFact } from "./reduce.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";

/** Entries that only keep the books: they happen every second and need no explanation each time. */
const BOOKKEEPING: ReadonlySet<RolloutFact["type"]> = new Set(["TimeObserved", "EvidenceSnapshot", "RoutesAcked"]);

/** Why the machine takes these facts now, for the log: what the rollout has come to with them, in plain sentences. */
export function explainFacts(rollout: Rollout, facts: readonly RolloutFact[]): string {
  if (facts.every(({ type }) => BOOKKEEPING.has(type))) return "Noted in passing.";
  // The draft is thrown away, so its times do not matter.
  return explainRollout(facts.reduce((draft, fact) => applyFact(draft, fact, draft.createdAt), rollout));
}
