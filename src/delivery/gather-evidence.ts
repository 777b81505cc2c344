import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { JournalBatch } from "../ports/evidence-journal.ts";
import type { Pins } from "../ports/pins.ts";
import type { Delivery } from "./delivery.ts";
import { tellProvidersApart } from "./observe-gates.ts";
import type { SessionLedger } from "./session-ledger.ts";

/** A replica settles its own sessions; only so long after the end of their windows does another one, ms. */
const DEAD_MS = 60_000;
/** The last batch that a journal can number: what this replica wrote is known. */
const EVERYTHING = 2 ** 31 - 1;

/**
 * Takes in what other replicas have observed of a rollout since the last time: their evidence, and the arm of their
 * sessions, which may come here next. Stops between two batches once `isOver`; the next look goes on there. That one may
 * have begun before a journal answers this one: no batch is taken in twice, and who lived long ago says nothing any more.
 */
export async function gatherEvidence(
  delivery: Delivery,
  rollout: Rollout,
  isOver: () => boolean = () => false,
): Promise<void> {
  const { observatory, journal, clock, replicas } = delivery;
  const { id } = rollout;
  const ledger = observatory.ledger(id);
  if (!replicas.isShared || ledger === null) return;
  // Who leads judges what was gathered, possibly before its first look at the rollout.
  await tellProvidersApart(delivery, rollout, ledger);
  const { others } = ledger;
  const startedAt = clock.now();
  // Who is dead before the journals are read has said all there that it ever will.
  const live = new Set(replicas.live.map(({ replicaId }) => replicaId));
  const upTo = ledger.claims?.beginReading() ?? 0;
  const seen = new Map([...others.seen(), [replicas.replicaId, EVERYTHING]]);
  for await (const batch of journal.readAfter(id, seen)) {
    takeIn(delivery, rollout, { ledger, batch });
    if (isOver()) break;
  }
  if (isOver()) return ledger.settleClaims();
  ledger.claims?.read(upTo, live);
  ledger.settleClaims();
  ledger.delayed?.gathered(startedAt, live.size > 1, (session) => ledger.claims?.isHeld(session) === true);
  if (replicas.isLeader) ledger.delayed?.adopt(live, DEAD_MS);
}

interface Gathered {
  readonly ledger: SessionLedger;
  readonly batch: JournalBatch;
}

function takeIn(delivery: Delivery, { channel }: Rollout, { ledger, batch }: Gathered): void {
  const isNew = ledger.others.of(batch.replicaId).take(
    batch,
    (assignment) => {
      pinAsElsewhere(delivery.pinsOf(channel.environment), channel.endpoint, assignment);
      ledger.restoreAssigned(assignment.epoch, 1);
    },
    (at, outcome) => ledger.recent.add(at, outcome),
  );
  if (!isNew) return;
  for (const entry of batch.entries) if (entry.type === "twice") ledger.restoreAssigned(entry.epoch, -1);
  ledger.claims?.takeBatch(batch);
  ledger.delayed?.takeBatch(batch);
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
