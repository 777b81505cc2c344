import { hashReading } from "../domain/evidence/accumulator.ts";
import { decide } from "../domain/rollout/decide.ts";
import type { Observation } from "../domain/rollout/decide.ts";
import { appendFacts } from "../domain/rollout/log.ts";
import { channelAfter } from "../domain/rollout/route-of.ts";
import { isTerminal } from "../domain/rollout/rollout.ts";
import type { Rollout, RolloutFact } from "../domain/rollout/rollout.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { Delivery } from "./delivery.ts";
import { publishRoutes } from "./publish-routes.ts";

/**
 * A release's way, one look at one rollout: load, observe, decide, append, publish, announce.
 * Level-triggered: running it twice, late or after a crash does no harm. Returns whether anything
 * was decided, so that a caller can look again at once.
 */
export async function reconcile(delivery: Delivery, rolloutId: string, observedMs: number): Promise<boolean> {
  const loaded = await load(delivery, rolloutId);
  if (loaded === null || isTerminal(loaded.rollout.phase)) return false;
  const { rollout, channel } = loaded;
  const observation = await observe(delivery, { rollout, channel, observedMs });
  const facts = decide(rollout, observation);
  if (facts.length === 0) return false;
  return append(delivery, { rollout, channel, facts });
}

interface Loaded {
  readonly rollout: Rollout;
  readonly channel: Channel;
}

async function load(delivery: Delivery, rolloutId: string): Promise<Loaded | null> {
  const rollout = await delivery.rollouts.byId(rolloutId);
  if (rollout === null) return null;
  const channels = await delivery.rollouts.channels();
  const channel = channels.find(
    ({ name }) => name.endpoint === rollout.channel.endpoint && name.environment === rollout.channel.environment,
  );
  if (channel === undefined) throw new Error(`The channel of ${rolloutId} is missing from the store.`);
  return { rollout, channel };
}

async function observe(delivery: Delivery, seen: Loaded & { readonly observedMs: number }): Promise<Observation> {
  const { rollout, channel, observedMs } = seen;
  const ledger = delivery.observatory.watch(rollout);
  const reading = ledger.evidence.reading();
  const candidate = await delivery.releases.byId(rollout.candidate);
  return {
    observedMs,
    reading,
    evidenceHash: hashReading(reading),
    stepSessions: ledger.assignedIn(rollout.epoch),
    quietMs: delivery.clock.now() - ledger.lastOutcomeAt,
    // One process serves what it has published; replicas acknowledge by themselves when there are several.
    routesAcked: true,
    frozen: false,
    candidateResolvable: candidate !== null && delivery.isResolvable(candidate),
    controlHealthy: true,
    nextEpoch: channel.epoch + 1,
    channelStable: channel.stable,
    channelFree: channel.rolloutId === null || channel.rolloutId === rollout.id,
  };
}

async function append(
  delivery: Delivery,
  decision: Loaded & { readonly facts: readonly RolloutFact[] },
): Promise<boolean> {
  const { rollout, channel, facts } = decision;
  const meta = { at: delivery.clock.now(), actor: { kind: "machine" } as const, reason: "reconcile" };
  const { events, rollout: after } = appendFacts(rollout, rollout.id, facts, meta);
  const moved = channelAfter(channel, after, facts);
  const result = await delivery.rollouts.append({ events, rollout: after, channel: moved, idempotencyKey: null });
  if (result !== "appended") return true;
  await publishRoutes(delivery, moved ?? channel, after);
  if (isTerminal(after.phase)) delivery.observatory.forget(after.id);
  delivery.announcer.decided(after, events);
  return true;
}
