import { RollwardError } from "../domain/errors.ts";
import { servedRollout } from "../domain/traffic/route.ts";
import type { Route } from "../domain/traffic/route.ts";
import { carryOut } from "./carry-out.ts";
import type { Carried } from "./carry-out.ts";
import { isWithdrawal } from "./wish.ts";
import type { Wish } from "./wish.ts";
import type { Delivery } from "./delivery.ts";
import { withDeadline } from "./with-deadline.ts";

/** How long a person waits for the store before being told that the record is still to come. */
const RECORD_MS = 5_000;

/**
 * Takes the candidate out of this process's traffic at once, in memory, and then writes it down: a store that is
 * away or hangs must not keep a bad release in traffic. `null` when the wish is no withdrawal or the rollout gets no
 * traffic here, so that there is nothing to hurry. Throws `withdrawal_unrecorded` when writing fails or takes too
 * long; the conductor then goes on trying, before anything else is decided on the rollout.
 */
export async function withdrawAtOnce(delivery: Delivery, rolloutId: string, wish: Wish): Promise<Carried | null> {
  const route = isWithdrawal(wish) ? delivery.routes.all().find((one) => serves(one, rolloutId)) : undefined;
  if (route === undefined) return null;
  delivery.routes.trip(rolloutId);
  delivery.owed.owe(rolloutId, wish);
  try {
    return await withDeadline(delivery.clock, RECORD_MS, recordOwed(delivery, rolloutId, wish));
  } catch (error) {
    delivery.troubles.failed(recordingOf(rolloutId, wish), error);
    const { endpoint } = route.channel;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RollwardError("withdrawal_unrecorded", { endpoint, command: wish.command.type, reason }, error);
  }
}

/** Writes down a withdrawal that is in force and not written yet; nothing to do when there is none. */
export async function settleOwed(delivery: Delivery, rolloutId: string): Promise<void> {
  const wish = delivery.owed.of(rolloutId);
  if (wish === undefined) return;
  try {
    await recordOwed(delivery, rolloutId, wish);
  } catch (error) {
    delivery.troubles.failed(recordingOf(rolloutId, wish), error);
    throw error;
  }
}

async function recordOwed(delivery: Delivery, rolloutId: string, wish: Wish): Promise<Carried> {
  const carried = await carryOut(delivery, rolloutId, wish);
  // A refusal is an answer too: the rollout has ended in another way meanwhile.
  delivery.owed.settle(rolloutId, wish);
  delivery.troubles.worked(recordingOf(rolloutId, wish));
  return carried;
}

const recordingOf = (rolloutId: string, { command, actor }: Wish): string =>
  `recording the ${command.type} of the rollout ${rolloutId}${actor.kind === "key" ? ` by ${actor.name}` : ""}, which is in force here`;

const serves = (route: Route, rolloutId: string): boolean => servedRollout(route) === rolloutId;
