import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";

/** A replica closes its windows itself; only after this long on top is it taken for dead, ms. */
const DEAD_MS = 60_000;
/** The last batch that a journal can number: what this replica wrote is known. */
const EVERYTHING = 2 ** 31 - 1;

/**
 * Takes in what other replicas have observed of a rollout since the last time: their evidence, and the arm of their
 * sessions, which may come here next.
 */
export async function gatherEvidence(delivery: Delivery, { id, channel, plan }: Rollout): Promise<void> {
  const { observatory, journal, pins, clock, replicas } = delivery;
  const ledger = observatory.ledger(id);
  if (!replicas.isShared || ledger === null) return;
  const { others } = ledger;
  const seen = new Map([...others.seen(), [replicas.replicaId, EVERYTHING]]);
  for await (const batch of journal.readAfter(id, seen)) {
    others.of(batch.replicaId).take(batch, ({ session, arm, epoch }) => {
      pins.set(channel.endpoint, session, { rolloutId: id, arm });
      ledger.restoreAssigned(epoch, 1);
    });
  }
  others.giveUp(clock.now() - plan.window.withinMs - DEAD_MS);
}
