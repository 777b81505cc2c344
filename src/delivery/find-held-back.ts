import { heldBack } from "../domain/rollout/held-back.ts";
import type { HeldBack } from "../domain/rollout/held-back.ts";
import type { ChannelName } from "../domain/traffic/route.ts";
import type { Delivery } from "./delivery.ts";

/** Rollouts of a channel that are looked through, the newest: what went back before them is forgotten. */
const MOST_ROLLOUTS = 1_000;

/** How a release (its id) went back last in a channel; `null` where it did not, or somebody has begun it again since. */
export async function findHeldBack(
  { rollouts }: { readonly rollouts: Pick<Delivery["rollouts"], "list"> },
  channel: ChannelName,
  release: string,
): Promise<HeldBack | null> {
  const { endpoint, environment } = channel;
  return heldBack(release, await rollouts.list({ endpoint, environment, limit: MOST_ROLLOUTS }));
}
