import { hashReading } from "../domain/evidence/running-evidence.ts";
import { RollwardError } from "../domain/errors.ts";
import { applyCommand } from "../domain/rollout/command.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import { firstAnswer } from "./first-answer.ts";
import { loadRollout, takeDecision } from "./take-decision.ts";
import type { StoredRollout } from "./take-decision.ts";
import { isWithdrawal } from "./wish.ts";
import type { Wish } from "./wish.ts";

/** Lost races with the machine that are tried again before giving up. */
const MAX_TRIES = 5;

/** What became of a wish that reached the store. */
export type Carried = { readonly rollout: Rollout } | { readonly refused: RollwardError };

/** Makes a command durable, or says why it is refused. Throws what the store throws; safe to repeat after that. */
export async function carryOut(delivery: Delivery, rolloutId: string, wish: Wish): Promise<Carried> {
  let { idempotencyKey } = wish;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const stored = await loadRollout(delivery, rolloutId);
    if (stored === null) return { refused: new RollwardError("rollout_not_found", { rollout: rolloutId }) };
    const answer = applyCommand(stored.rollout, wish.command, contextOf(delivery, stored));
    if ("refused" in answer) return answerAgain(delivery, { rollout: stored.rollout, wish, sentence: answer.refused });
    if (answer.facts.length === 0) return { rollout: stored.rollout };
    const { actor, reason } = wish;
    const taken = await takeDecision(delivery, stored, { facts: answer.facts, actor, reason, idempotencyKey });
    if (taken.result === "appended") return { rollout: taken.rollout };
    if (taken.result === "conflict") continue;
    // The key was used up by another command: a withdrawal is carried out all the same, its traffic has stopped.
    if (isWithdrawal(wish)) idempotencyKey = null;
    else return { rollout: (await firstAnswer(delivery, rolloutId, idempotencyKey)) ?? stored.rollout };
  }
  throw new RollwardError("rollout_conflict", {
    reason: `The rollout ${rolloutId} kept changing while the command was carried out; try again.`,
    endpoint: rolloutId,
  });
}

function contextOf(delivery: Delivery, { rollout, channel }: StoredRollout): Parameters<typeof applyCommand>[2] {
  const reading = delivery.observatory.ledger(rollout.id)?.reading() ?? null;
  return {
    nextEpoch: channel.epoch + 1,
    channelStable: channel.stable,
    evidenceHash: reading === null ? null : hashReading(reading),
    frozen: false,
  };
}

/** A wish that is refused now may have been fulfilled before: then it gets the answer that it got then. */
async function answerAgain(
  delivery: Delivery,
  { rollout, wish, sentence }: { readonly rollout: Rollout; readonly wish: Wish; readonly sentence: string },
): Promise<Carried> {
  const first = await firstAnswer(delivery, rollout.id, wish.idempotencyKey);
  if (first !== null) return { rollout: first };
  return { refused: new RollwardError("rollout_conflict", { reason: sentence, endpoint: rollout.channel.endpoint }) };
}
