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
 * Publishes the channels that this process serves in an older state than the stored one: another replica decided, or
 * the store failed before a decision of ours could be published.
 */
export async function publishMissed(delivery: Delivery): Promise<void> {
  for (const channel of await delivery.rollouts.channels()) {
    const published = delivery.routes.byEndpoint(channel.name.endpoint);
    if (published !== undefined && published.epoch >= channel.epoch) continue;
    // A route belongs to one environment: another's epoch says nothing about it.
    if (published !== undefined && published.channel.environment !== channel.name.environment) continue;
    // Read after its channel: an older state of it would be published under the new epoch and stay.
    const rollout = channel.rolloutId === null ? null : await delivery.rollouts.byId(channel.rolloutId);
    // It has moved on since the channel was read: the next look sees both.
    if (rollout !== null && rollout.epoch > channel.epoch) continue;
    await publishRoutes(delivery, channel, rollout);
  }
}
