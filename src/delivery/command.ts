import { hashReading } from "../domain/evidence/running-evidence.ts";
import { RollwardError } from "../domain/errors.ts";
import { applyCommand } from "../domain/rollout/command.ts";
import type { Command } from "../domain/rollout/command.ts";
import type { Actor, Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import { loadRollout, takeDecision } from "./take-decision.ts";

/** A person's wish, with who and why. */
export interface Wish {
  readonly command: Command;
  readonly actor: Actor;
  readonly reason: string;
  /** Repeating a wish with the same key changes nothing. */
  readonly idempotencyKey: string | null;
}

/** Lost races with the machine that are tried again before giving up. */
const MAX_TRIES = 5;

/**
 * Carries out a person's command on a rollout; durable when it resolves, in force on the next request.
 * Throws `rollout_not_found`, or `rollout_conflict` with a sentence on what to do.
 */
export async function command(delivery: Delivery, rolloutId: string, wish: Wish): Promise<Rollout> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const stored = await loadRollout(delivery, rolloutId);
    if (stored === null) throw new RollwardError("rollout_not_found", { rollout: rolloutId });
    const { rollout, channel } = stored;
    const reading = delivery.observatory.ledger(rolloutId)?.reading() ?? null;
    const answer = applyCommand(rollout, wish.command, {
      nextEpoch: channel.epoch + 1,
      channelStable: channel.stable,
      evidenceHash: reading === null ? null : hashReading(reading),
      frozen: false,
    });
    if ("refused" in answer) {
      throw new RollwardError("rollout_conflict", { reason: answer.refused, endpoint: rollout.channel.endpoint });
    }
    if (answer.facts.length === 0) return rollout;
    const { actor, reason, idempotencyKey } = wish;
    const taken = await takeDecision(delivery, stored, { facts: answer.facts, actor, reason, idempotencyKey });
    if (taken.result !== "conflict") return taken.rollout;
  }
  throw new RollwardError("rollout_conflict", {
    reason: `The rollout ${rolloutId} kept changing while the command was carried out; try again.`,
    endpoint: rolloutId,
  });
}
