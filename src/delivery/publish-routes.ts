import { routeOf } from "../domain/rollout/route-of.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Release } from "../domain/release/release.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { Route } from "../domain/traffic/route.ts";
import type { Delivery } from "./delivery.ts";

/**
 * Publishes where a channel's calls go: a pure function of what is stored. A release whose models are not configured
 * here would fail every call, so it gets none as long as an older state can be served: then the answer is why, in a
 * sentence, and the epoch stays the older one, by which the other replicas see it and wait with what needs the new one.
 */
export async function publishRoutes(
  delivery: Delivery,
  channel: Channel,
  rollout: Rollout | null,
): Promise<string | null> {
  const route = await routeFor(delivery, channel, rollout);
  const published = delivery.routes.byEndpoint(channel.name.endpoint);
  const missing = published === undefined ? undefined : unservable(delivery, route);
  if (published === undefined || missing === undefined) {
    delivery.routes.publish(route);
    return null;
  }
  if (missing !== route.stable) delivery.routes.publish({ ...withoutCandidate(route), epoch: published.epoch });
  return `${releaseName(missing)} needs models that are not configured on this server.`;
}

async function routeFor(delivery: Delivery, channel: Channel, rollout: Rollout | null): Promise<Route> {
  const ids = [channel.stable, ...(rollout === null ? [] : [rollout.candidate, rollout.stable])];
  const releases = new Map<string, Release>();
  for (const id of ids) {
    const release = await delivery.releases.byId(id);
    if (release === null) throw new Error(`The release ${id} of ${channel.name.endpoint} is missing from the store.`);
    releases.set(id, release);
  }
  return routeOf(channel, rollout, releases);
}

/** The release that would get calls and whose models are not configured here, the stable one first. */
function unservable(delivery: Delivery, { stable, split }: Route): Release | undefined {
  const asked = split === null || split.weight === 0 ? [stable] : [stable, split.candidate];
  return asked.find((release) => !delivery.isResolvable(release));
}

const withoutCandidate = (route: Route): Route =>
  route.split === null ? route : { ...route, split: { ...route.split, weight: 0, collecting: false } };

/**
 * Publishes the channels that this process serves in an older state than the stored one: another replica decided, or
 * the store failed before a decision of ours could be published. Answers why some of them still are.
 */
export async function publishMissed(delivery: Delivery): Promise<readonly string[]> {
  const held: string[] = [];
  for (const channel of await delivery.rollouts.channels()) {
    const published = delivery.routes.byEndpoint(channel.name.endpoint);
    if (published !== undefined && published.epoch >= channel.epoch) continue;
    // A route belongs to one environment: another's epoch says nothing about it.
    if (published !== undefined && published.channel.environment !== channel.name.environment) continue;
    // Read after its channel: an older state of it would be published under the new epoch and stay.
    const rollout = channel.rolloutId === null ? null : await delivery.rollouts.byId(channel.rolloutId);
    // It has moved on since the channel was read: the next look sees both.
    if (rollout !== null && rollout.epoch > channel.epoch) continue;
    const reason = await publishRoutes(delivery, channel, rollout);
    if (reason !== null) held.push(reason);
  }
  return held;
}
