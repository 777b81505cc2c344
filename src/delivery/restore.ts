import { Evidence } from "../domain/evidence/running-evidence.ts";
import type { Reading, SessionOutcome } from "../domain/evidence/evidence.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { EvidenceJournal, JournalBatch } from "../ports/evidence-journal.ts";
import type { Delivery } from "./delivery.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { lost } from "./replica-evidence.ts";
import { publishRoutes } from "./publish-routes.ts";

/** Open rollouts looked at when a process starts; a channel has one, and few wait in the queue. */
const MAX_OPEN_ROLLOUTS = 10_000;

/** Brings a process to where the store says it is: evidence and pins from the journal, then the routes. */
export async function restore(delivery: Delivery): Promise<void> {
  const open = await delivery.rollouts.list({ open: true, limit: MAX_OPEN_ROLLOUTS });
  for (const rollout of open) {
    if (delivery.replicas.isShared) await join(delivery, rollout);
    else await takeUp(delivery, rollout);
  }
  for (const channel of await delivery.rollouts.channels()) {
    const rollout = open.find(({ id }) => id === channel.rolloutId) ?? null;
    await publishRoutes(delivery, channel, rollout);
  }
  // What was withdrawn while the store was away stays withdrawn; the conductor records it.
  delivery.owed.restore();
  for (const rolloutId of delivery.owed.rollouts()) delivery.routes.trip(rolloutId);
}

/** The replicas that wrote the journal may live: each one's evidence is kept apart. */
async function join(delivery: Delivery, rollout: Rollout): Promise<void> {
  delivery.observatory.watch(rollout);
  await gatherEvidence(delivery, rollout);
}

/** Whoever wrote the journal is dead: this process goes on with its evidence. */
async function takeUp(delivery: Delivery, rollout: Rollout): Promise<void> {
  const { endpoint } = rollout.channel;
  const sessions = new Map<number, number>();
  const { evidence, crossing } = await replayEvidence(delivery, rollout, ({ session, arm, epoch }) => {
    sessions.set(epoch, (sessions.get(epoch) ?? 0) + 1);
    delivery.pins.set(endpoint, session, { rolloutId: rollout.id, arm });
  });
  const ledger = delivery.observatory.watch(rollout, evidence);
  if (crossing !== null) ledger.restoreCrossing(crossing);
  for (const [epoch, count] of sessions) ledger.restoreAssigned(epoch, count);
}

/** Evidence as the journal tells it. */
export interface Replay {
  readonly evidence: Evidence;
  /** The evidence at the moment in which harm was first proven; `null` when it never was. */
  readonly crossing: Reading | null;
}

/**
 * Evidence from the journal, in canonical order: replica by replica, batch by batch. A session that a
 * dead replica assigned and never finished is a failure of its arm. Assignments are handed on one by one and not
 * kept: what is in memory is one page of the journal and the sessions that have no outcome yet.
 */
export async function replayEvidence(
  { journal }: { readonly journal: Pick<EvidenceJournal, "read"> },
  rollout: Pick<Rollout, "id" | "plan">,
  onAssigned: (assignment: Assignment) => void = () => {},
): Promise<Replay> {
  const evidence = new Evidence(rollout.plan);
  let crossing: Reading | null = null;
  const add = (outcome: SessionOutcome): void => {
    evidence.add(outcome);
    if (crossing === null && evidence.logUnion() >= evidence.threshold) crossing = evidence.reading();
  };
  let replicaId: string | null = null;
  let open = new Map<number, Assignment>();
  const loseOpen = (): void => {
    for (const assignment of open.values()) add(lost(assignment));
    open = new Map();
  };
  for await (const batch of journal.read(rollout.id)) {
    if (batch.replicaId !== replicaId) loseOpen();
    replicaId = batch.replicaId;
    replayBatch(batch, { evidence, open, add, onAssigned });
  }
  loseOpen();
  return { evidence, crossing };
}

/** What a replay has come to. */
interface Replaying {
  readonly evidence: Evidence;
  readonly open: Map<number, Assignment>;
  readonly add: (outcome: SessionOutcome) => void;
  readonly onAssigned: (assignment: Assignment) => void;
}

function replayBatch(batch: JournalBatch, { evidence, open, add, onAssigned }: Replaying): void {
  for (const entry of batch.entries) {
    if (entry.type === "final") {
      open.delete(entry.order);
      add(entry.outcome);
      continue;
    }
    const { assignment } = entry;
    open.set(entry.order, assignment);
    evidence.assigned(assignment.arm, assignment.epoch, assignment.weight);
    onAssigned(assignment);
  }
}
