import type { Delivery } from "./delivery.ts";
import { gatherEvidence } from "./gather-evidence.ts";

/**
 * Before a replica leaves the others: a session that it drew counts only once it has written that and has read what they drew. Those
 * of its last half second have not come so far. It must live on the board until this is done: what a replica that has left does not
 * count, another one may. What another one drew too and has not said of who counts it is left out then, so that the other may.
 */
export async function hearOut(delivery: Delivery, isOver: () => boolean): Promise<void> {
  const { observatory, log, replicas } = delivery;
  if (!replicas.isShared || replicas.live.length < 2) return;
  await log.flush();
  for (const rollout of observatory.rollouts()) {
    if (isOver()) return;
    await observatory.ledger(rollout.id)?.claims?.allWritten();
    await gatherEvidence(delivery, rollout, isOver);
  }
  observatory.leaveHeldOut();
  await log.flush();
}
