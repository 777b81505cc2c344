import { routeOf } from "../domain/rollout/route-of.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Release } from "../domain/release/release.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { Delivery } from "./delivery.ts";

/** Publishes where a channel's calls go: a pure function of what is stored. */
export async function publishRoutes(delivery: Delivery, channel: Channel, rollout: Rollout | null): Promise<void> {
  const ids = [channel.stable, ...(rollout === null ? [] : [rollout.candidate, rollout.stable])];
  const releases = new Map<string, Release>();
  for (const id of ids) {
    const release = await delivery.releases.byId(id);
    if (release === null) throw new Error(`The release ${id} of ${channel.name.endpoint} is missing from the store.`);
    releases.set(id, release);
  }
  delivery.routes.publish(routeOf(channel, rollout, releases));
}

/**
 * Publishes the channels that this process serves in an older state than the stored one: a decision was durable,
 * but the store failed before it could be published. `open` are the open rollouts.
 */
export async function publishMissed(delivery: Delivery, open: readonly Rollout[]): Promise<void> {
  for (const channel of await delivery.rollouts.channels()) {
    const published = delivery.routes.byEndpoint(channel.name.endpoint);
    if (published !== undefined && published.epoch >= channel.epoch) continue;
    // A route belongs to one environment: another's epoch says nothing about it.
    if (published !== undefined && published.channel.environment !== channel.name.environment) continue;
    const rollout = open.find(({ id }) => id === channel.rolloutId) ?? null;
    // Changed since the open ones were listed: the next look sees both.
    if (rollout?.id === (channel.rolloutId ?? undefined)) await publishRoutes(delivery, channel, rollout);
  }
}
