import { routeOf } from "../domain/rollout/route-of.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Release } from "../domain/release/release.ts";
import type { Channel } from "../domain/traffic/channel.ts";
import type { Delivery } from "./delivery.ts";

/** Publishes where a channel's calls go: a pure function of what is stored. */
export async function publishRoutes(delivery: Delivery, channel: Channel, rollout: Rollout | null): Promise<void> {
  const ids = [channel.stable, ...(rollout === null ? [] : [rollout.candidate])];
  const releases = new Map<string, Release>();
  for (const id of ids) {
    const release = await delivery.releases.byId(id);
    if (release === null) throw new Error(`The release ${id} of ${channel.name.endpoint} is missing from the store.`);
    releases.set(id, release);
  }
  delivery.routes.publish(routeOf(channel, rollout, releases));
}
