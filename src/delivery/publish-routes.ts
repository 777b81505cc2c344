import { routeOf } from "../domain/rollout/route-of.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Release } from "../domain/release/release.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import { withoutCandidate } from "../domain/traffic/route.ts";
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
  const published = delivery.routes.byChannel(channel.name);
  // An answer of the store that comes late must not bring back what has been left since.
  if (published !== undefined && published.epoch > route.epoch) return null;
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
    if (release !== null) releases.set(id, release);
    else if (id === channel.stable)
      throw new Error(`The release ${id} of ${channel.name.endpoint} is missing from the store.`);
  }
  // A release that is gone gets no call: the rollout is held for it, and stable answers everybody.
  return ids.every((id) => releases.has(id))
    ? routeOf(channel, rollout, releases)
    : routeOf({ ...channel, rolloutId: null }, null, releases);
}

/** The release that would get calls and whose models are not configured here, the stable one first. */
function unservable(delivery: Delivery, { stable, split, shadow, preview, channel }: Route): Release | undefined {
  const drawn = split === null || split.weight === 0 ? undefined : split;
  const candidate = (drawn ?? shadow ?? preview)?.candidate;
  return [stable, ...(candidate === undefined ? [] : [candidate])].find(
    (release) => !delivery.isResolvable(release, channel.environment),
  );
}

/**
 * Publishes the channels that this process serves in an older state than the stored one: another replica decided, or
 * the store failed before a decision of ours could be published. Answers why some of them still are.
 */
export async function publishMissed(delivery: Delivery): Promise<readonly string[]> {
  const held: string[] = [];
  for (const channel of await delivery.rollouts.channels()) {
    const published = delivery.routes.byChannel(channel.name);
    if (published !== undefined && published.epoch >= channel.epoch) continue;
    // Read after its channel: an older state of it would be published under the new epoch and stay.
    const rollout = channel.rolloutId === null ? null : await delivery.rollouts.byId(channel.rolloutId);
    // It has moved on since the channel was read: the next look sees both.
    if (rollout !== null && rollout.epoch > channel.epoch) continue;
    const reason = await publishRoutes(delivery, channel, rollout);
    if (reason !== null) held.push(reason);
  }
  return held;
}
