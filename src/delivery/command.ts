import type { Rollout } from "../domain/rollout/rollout.ts";
import { carryOut } from "./carry-out.ts";
import type { Wish } from "./wish.ts";
import type { Delivery } from "./delivery.ts";
import { withdrawAtOnce } from "./withdraw-at-once.ts";

/**
 * Carries out a person's command on a rollout; durable when it resolves, in force on the next request. A rollback
 * or an abort is in force at once, before anything is written. Throws `rollout_not_found`, `rollout_conflict` with
 * a sentence on what to do, or `withdrawal_unrecorded` when a withdrawal is in force and not written yet.
 */
export async function command(delivery: Delivery, rolloutId: string, wish: Wish): Promise<Rollout> {
  const carried = (await withdrawAtOnce(delivery, rolloutId, wish)) ?? (await carryOut(delivery, rolloutId, wish));
  if ("refused" in carried) throw carried.refused;
  return carried.rollout;
}
