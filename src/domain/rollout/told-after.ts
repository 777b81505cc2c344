import type { Rollout, RolloutEvent, RolloutFact } from "./rollout.ts";
import type { Told, Telling } from "./told.ts";

/** What a fact says when a person caused it; nothing when it only goes along with another. */
const TELLINGS: Partial<Record<RolloutFact["type"], Telling>> = {
  HoldSet: "hold",
  HoldCleared: "resume",
  HoldDismissed: "resume",
  PromotionDecided: "promote",
  AbortStarted: "abort",
  RollbackStarted: "rollback",
  StepApproved: "approve",
  GateApproved: "approve",
  ApprovalDenied: "deny",
  Cancelled: "cancel",
  Superseded: "supersede",
};

/** The words of people with one more event; the last of each kind is kept, in the order in which they were said. */
export function toldAfter(told: readonly Told[], { actor, fact, reason, at }: RolloutEvent): readonly Told[] {
  const telling = TELLINGS[fact.type];
  if (actor.kind !== "key" || telling === undefined) return told;
  const word: Told = { telling, by: actor.name, reason, at };
  return [...told.filter((other) => other.telling !== telling), word];
}

/** The last word of one of these kinds; `null` when nobody said any. */
export const lastTold = ({ told = [] }: Pick<Rollout, "told">, ...tellings: readonly Telling[]): Told | null =>
  told.findLast(({ telling }) => tellings.includes(telling)) ?? null;
