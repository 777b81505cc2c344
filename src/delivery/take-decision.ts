import { appendFacts } from "../domain/rollout/log.ts";
import { channelAfter } from "../domain/rollout/route-of.ts";
import { isTerminal } from "../domain/rollout/rollout.ts";
import type { Actor, Rollout, RolloutEvent, RolloutFact } from "../domain/rollout/rollout.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { Delivery } from "./delivery.ts";
import { noteNotices } from "./note-notices.ts";
import { publishRoutes } from "./publish-routes.ts";

/** A rollout with its channel, as stored. */
export interface StoredRollout {
  readonly rollout: Rollout;
  readonly channel: Channel;
}

/** Reads a rollout and its channel; `null` when there is no such rollout. */
export async function loadRollout(delivery: Delivery, rolloutId: string): Promise<StoredRollout | null> {
  const rollout = await delivery.rollouts.byId(rolloutId);
  if (rollout === null) return null;
  const channel = await delivery.rollouts.channel(rollout.channel);
  if (channel === null) throw new Error(`The channel of ${rolloutId} is missing from the store.`);
  return { rollout, channel };
}

/** Facts to append, with who and why. */
export interface NewFacts {
  readonly facts: readonly RolloutFact[];
  readonly actor: Actor;
  readonly reason: string;
  readonly idempotencyKey: string | null;
}

/**
 * Makes a decision durable in one transaction and then visible: append, publish, announce. A `conflict`
 * means that another writer was first; nothing has happened and the caller looks again.
 */
export async function takeDecision(
  delivery: Delivery,
  stored: StoredRollout,
  { facts, actor, reason, idempotencyKey }: NewFacts,
): Promise<{ readonly result: "appended" | "duplicate" | "conflict"; readonly rollout: Rollout }> {
  const meta = { rolloutId: stored.rollout.id, at: delivery.clock.now(), actor, reason };
  const { events, rollout } = appendFacts(stored.rollout, facts, meta);
  const channel = channelAfter(stored.channel, rollout, facts);
  const result = await delivery.rollouts.append({ events, rollout, channel, idempotencyKey });
  if (result !== "appended") return { result, rollout: stored.rollout };
  await makeVisible(delivery, { rollout, channel: channel ?? stored.channel }, events);
  return { result, rollout };
}

/** What follows a durable decision: routes, ledger, announcement. */
export async function makeVisible(
  delivery: Delivery,
  { rollout, channel }: StoredRollout,
  events: readonly RolloutEvent[],
): Promise<void> {
  const ends = isTerminal(rollout.phase);
  if (!ends) delivery.observatory.watch(rollout);
  if (channel.rolloutId === null || channel.rolloutId === rollout.id) {
    await publishRoutes(delivery, channel, channel.rolloutId === null ? null : rollout);
  }
  if (ends) delivery.observatory.forget(rollout.id);
  if (ends) delivery.gating?.gatekeeper.forget(rollout.id);
  await noteNotices(delivery, rollout, events);
  delivery.announcer.decided(rollout, events);
}
