import { RollwardError } from "../domain/errors.ts";
import { applyCommand } from "../domain/rollout/command.ts";
import type { Person } from "../domain/rollout/gates/tell-gate.ts";
import type { Rollout, RolloutFact } from "../domain/rollout/rollout.ts";
import { withEvidence } from "../domain/rollout/rules/with-evidence.ts";
import type { Delivery } from "./delivery.ts";
import { firstAnswer } from "./first-answer.ts";
import { frozenBy } from "./frozen-by.ts";
import { seeCopies, seeEvidence } from "./see-evidence.ts";
import type { SeenEvidence } from "./see-evidence.ts";
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
    const ledger = delivery.observatory.ledger(rolloutId);
    const seen = ledger === null ? null : seeEvidence(delivery, ledger);
    const answer = applyCommand(stored.rollout, wish.command, await contextOf(delivery, stored, { wish, seen }));
    if ("refused" in answer) return answerAgain(delivery, { rollout: stored.rollout, wish, answer });
    if (answer.facts.length === 0) return { rollout: stored.rollout };
    const { actor, reason } = wish;
    const facts = seen === null ? answer.facts : keepEvidence(delivery, stored.rollout, { facts: answer.facts, seen });
    const taken = await takeDecision(delivery, stored, { facts, actor, reason, idempotencyKey });
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

/** The facts of a command, with the evidence as it stood in front of those that end the comparison. */
function keepEvidence(
  delivery: Delivery,
  rollout: Rollout,
  { facts, seen }: { readonly facts: readonly RolloutFact[]; readonly seen: SeenEvidence },
): readonly RolloutFact[] {
  if (rollout.startedAt === null) return facts;
  const shadow = seeCopies(delivery, rollout);
  return withEvidence(facts, { ...seen, ...(shadow !== null && { shadow }) });
}

async function contextOf(
  delivery: Delivery,
  { rollout, channel }: StoredRollout,
  { wish, seen }: { readonly wish: Wish; readonly seen: SeenEvidence | null },
): Promise<Parameters<typeof applyCommand>[2]> {
  return {
    nextEpoch: channel.epoch + 1,
    channelStable: channel.stable,
    evidenceHash: seen?.evidenceHash ?? null,
    // Only what brings the candidate forward: nothing that takes it back may wait for one more question.
    frozen: BLOCKED.has(wish.command.type) && (await frozenBy(delivery, rollout.channel)) !== null,
    ...(TO_GATES.has(wish.command.type) && (await personOf(delivery, rollout, wish))),
  };
}

/** Commands that a freeze blocks. */
const BLOCKED: ReadonlySet<Wish["command"]["type"]> = new Set(["start", "promote"] as const);

/** Commands by which a person says something to a gate. */
const TO_GATES: ReadonlySet<Wish["command"]["type"]> = new Set(["approve", "deny", "gate"] as const);

async function personOf(
  { releases, clock }: Delivery,
  { candidate }: Rollout,
  { actor, roles = [], isAdmin = true, reason }: Wish,
): Promise<{ readonly person?: Person }> {
  if (actor.kind !== "key") return {};
  const { keyId, name } = actor;
  const candidateAuthor = (await releases.byId(candidate))?.author ?? null;
  return { person: { keyId, name, roles, isAdmin, reason, at: clock.now(), candidateAuthor } };
}

type Refusal = Extract<ReturnType<typeof applyCommand>, { readonly refused: string }>;

/** A wish that is refused now may have been fulfilled before: then it gets the answer that it got then. */
async function answerAgain(
  delivery: Delivery,
  { rollout, wish, answer }: { readonly rollout: Rollout; readonly wish: Wish; readonly answer: Refusal },
): Promise<Carried> {
  const first = await firstAnswer(delivery, rollout.id, wish.idempotencyKey);
  if (first !== null) return { rollout: first };
  const { refused: reason, code = "rollout_conflict" } = answer;
  return { refused: new RollwardError(code, { reason, endpoint: rollout.channel.endpoint }) };
}
