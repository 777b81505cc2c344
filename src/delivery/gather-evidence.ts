import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { Pins } from "../ports/pins.ts";
import type { Delivery } from "./delivery.ts";
import { tellProvidersApart } from "./observe-gates.ts";

/** A replica settles its own sessions; only so long after the end of their windows does another one, ms. */
const DEAD_MS = 60_000;
/** The last batch that a journal can number: what this replica wrote is known. */
const EVERYTHING = 2 ** 31 - 1;

/**
 * Takes in what other replicas have observed of a rollout since the last time: their evidence, and the arm of their
 * sessions, which may come here next. Stops between two batches once `isOver`; the next look goes on there.
 */
export async function gatherEvidence(
  delivery: Delivery,
  rollout: Rollout,
  isOver: () => boolean = () => false,
): Promise<void> {
  const { observatory, journal, clock, replicas } = delivery;
  const { id, channel } = rollout;
  const ledger = observatory.ledger(id);
  if (!replicas.isShared || ledger === null) return;
  // Who leads judges what was gathered, possibly before its first look at the rollout.
  await tellProvidersApart(delivery, rollout, ledger);
  const { others } = ledger;
  const startedAt = clock.now();
  const seen = new Map([...others.seen(), [replicas.replicaId, EVERYTHING]]);
  for await (const batch of journal.readAfter(id, seen)) {
    others.of(batch.replicaId).take(
      batch,
      (assignment) => {
        pinAsElsewhere(delivery.pinsOf(channel.environment), channel.endpoint, assignment);
        ledger.restoreAssigned(assignment.epoch, 1);
      },
      (at, outcome) => ledger.recent.add(at, outcome),
    );
    ledger.delayed?.takeBatch(batch);
    if (isOver()) return;
  }
  const live = new Set(replicas.live.map(({ replicaId }) => replicaId));
  ledger.delayed?.gathered(startedAt, live.size > 1);
  if (replicas.isLeader) ledger.delayed?.adopt(live, DEAD_MS);
}

/**
 * Two replicas that drew a session while the share grew may have come to different sides; then both go on with stable,
 * so that it never moves from stable to the candidate.
 */
function pinAsElsewhere(pins: Pins, endpoint: string, { session, rolloutId, arm }: Assignment): void {
  const pin = pins.get(endpoint, session);
  if (pin?.rolloutId === rolloutId && pin.arm === "stable") return;
  // Without a draw here it only seemed to have begun outside the rollout.
  pins.set(endpoint, session, { rolloutId, arm });
}
