import { reduce } from "../domain/rollout/reduce.ts";
import type { Rollout, RolloutEvent } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";

/** Events read at once. */
const PAGE = 1_000;

/** The rollout as it was right after the decision of this key; `null` when there is no key or no such decision. */
export async function firstAnswer(
  { rollouts }: Pick<Delivery, "rollouts">,
  rolloutId: string,
  idempotencyKey: string | null,
): Promise<Rollout | null> {
  const decidedAt = idempotencyKey === null ? null : await rollouts.decidedBy(rolloutId, idempotencyKey);
  if (decidedAt === null) return null;
  let rollout: Rollout | null = null;
  let decision: RolloutEvent | null = null;
  for (;;) {
    const page = await rollouts.events(rolloutId, rollout?.seq ?? 0, PAGE);
    for (const event of page) {
      if (decision !== null && !isSameDecision(decision, event)) return rollout;
      rollout = reduce(rollout, event);
      if (event.seq === decidedAt) decision = event;
    }
    if (page.length < PAGE) return rollout;
  }
}

/** All entries of one decision share who, why and the millisecond; the next decision differs in one of them. */
const isSameDecision = (first: RolloutEvent, event: RolloutEvent): boolean =>
  event.at === first.at && event.reason === first.reason && JSON.stringify(event.actor) === JSON.stringify(first.actor);
