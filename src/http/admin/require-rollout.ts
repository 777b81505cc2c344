import type { Delivery } from "../../delivery/delivery.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { requireNamed } from "./place-of.ts";
import type { AdminPlace } from "./place-of.ts";

/** A rollout, if whoever asks may see it; throws `rollout_not_found`. */
export async function requireRollout(
  { rollouts: store }: Delivery,
  id: string,
  place: Pick<AdminPlace, "named">,
): Promise<Rollout> {
  const notThere = new RollwardError("rollout_not_found", { rollout: id });
  const rollout = await store.byId(id);
  if (rollout === null) throw notThere;
  requireNamed(place, rollout.channel.environment, notThere);
  return rollout;
}
