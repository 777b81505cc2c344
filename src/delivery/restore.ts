import { Evidence } from "../domain/evidence/running-evidence.ts";
import type { SessionOutcome } from "../domain/evidence/evidence.ts";
import { RecentOutcomes } from "../domain/rollout/recent-outcomes.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { EvidenceJournal, JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";
import type { Delivery } from "./delivery.ts";
import { gatherEvidence } from "./gather-evidence.ts";
import { DelayedBook } from "./delayed-book.ts";
import { delayedMetrics } from "./delayed-metrics.ts";
import { beforeOf } from "./before-of.ts";
import { lost } from "./replica-evidence.ts";
import { tellProvidersApart } from "./observe-gates.ts";
import { publishRoutes } from "./publish-routes.ts";
import type { Crossing, LedgerCut } from "./harm-proof.ts";

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
  await tellProvidersApart(delivery, rollout, delivery.observatory.watch(rollout));
  await gatherEvidence(delivery, rollout);
}

/** Whoever wrote the journal is dead: this process goes on with its evidence. */
async function takeUp(delivery: Delivery, rollout: Rollout): Promise<void> {
  const { endpoint, environment } = rollout.channel;
  const pins = delivery.pinsOf(environment);
  const sessions = new Map<number, number>();
  const recent = new RecentOutcomes();
  const { evidence, crossing, crossingItself, entries, delayed } = await replayEvidence(delivery, rollout, {
    onAssigned: ({ session, arm, epoch }) => {
      sessions.set(epoch, (sessions.get(epoch) ?? 0) + 1);
      pins.set(endpoint, session, { rolloutId: rollout.id, arm });
    },
    onYielded: (epoch) => sessions.set(epoch, (sessions.get(epoch) ?? 0) - 1),
    onFinal: (at, outcome) => recent.add(at, outcome),
  });
  const ledger = delivery.observatory.watch(rollout, evidence);
  await tellProvidersApart(delivery, rollout, ledger);
  ledger.restoreBefore(entries);
  ledger.restoreRecent(recent);
  ledger.delayed?.inherit(delayed);
  ledger.harm.restore(crossing, crossingItself);
  for (const [epoch, count] of sessions) ledger.restoreAssigned(epoch, count);
}

/** Evidence as the journal tells it. */
export interface Replay {
  readonly evidence: Evidence;
  /** The evidence at the moment in which harm was first proven; `null` when it never was. */
  readonly crossing: ReplayedCrossing | null;
  /** The same without failures of the candidate's provider, where those are told apart. */
  readonly crossingItself: ReplayedCrossing | null;
  /** Entries of the journal that were replayed. */
  readonly entries: number;
  /** Sessions whose delayed outcomes may still come: losing their replica is no outcome. */
  readonly delayed: DelayedBook;
}

/** The evidence when harm was first proven, and the entries of the journal up to there. */
export interface ReplayedCrossing extends Crossing {
  readonly cut: LedgerCut;
}

/** Who hears of what is replayed. */
export interface ReplayListeners {
  readonly onAssigned?: (assignment: Assignment) => void;
  /** A session of an epoch counts on another replica, which drew it too. */
  readonly onYielded?: (epoch: number) => void;
  /** An outcome, with the time of its assignment (epoch ms). */
  readonly onFinal?: (at: number, outcome: SessionOutcome) => void;
  /** Sessions that a dead process left open are failures of their arms, as they were for cuts that do not leave them out. */
  readonly countsOpen?: boolean;
}

/**
 * Evidence from the journal, in canonical order: replica by replica, batch by batch. It is that of each process when it
 * died: what waited there for its outcome, or behind a session that did, is left out. Assignments are handed on one by
 * one and not kept: what is in memory is one page of the journal and the sessions that have no outcome yet.
 */
export async function replayEvidence(
  { journal }: { readonly journal: Pick<EvidenceJournal, "read"> },
  rollout: Pick<Rollout, "id" | "plan">,
  listeners: ReplayListeners = {},
): Promise<Replay> {
  const replaying = new Replaying(rollout, listeners);
  for await (const batch of journal.read(rollout.id)) replaying.take(batch);
  replaying.leave();
  return replaying;
}

/** A session without an outcome so far. */
interface Waiting {
  readonly assignment: Assignment;
  readonly at: number;
}

/** What a replay has come to. */
class Replaying implements Replay {
  readonly evidence: Evidence;
  readonly delayed: DelayedBook;
  readonly #listeners: ReplayListeners;
  crossing: ReplayedCrossing | null = null;
  crossingItself: ReplayedCrossing | null = null;
  entries = 0;
  #replicaId: string | null = null;
  #open = new Map<number, Waiting>();

  constructor({ id, plan }: Pick<Rollout, "id" | "plan">, listeners: ReplayListeners) {
    this.evidence = new Evidence(plan);
    this.delayed = new DelayedBook(delayedMetrics(id, plan.metrics));
    this.#listeners = listeners;
  }

  take(batch: JournalBatch): void {
    if (batch.replicaId !== this.#replicaId) this.leave();
    this.#replicaId = batch.replicaId;
    for (const entry of batch.entries) {
      this.entries += 1;
      this.#takeEntry(entry);
    }
  }

  /** The journal of a replica has ended. */
  leave(): void {
    const open = this.#open;
    this.#open = new Map();
    if (this.#listeners.countsOpen !== true) return;
    for (const { assignment, at } of open.values()) this.#add(at, lost(assignment));
  }

  #takeEntry(entry: JournalEntry): void {
    if (entry.type === "signal") this.delayed.hear(entry);
    else if (entry.type === "late") this.#takeLate(entry);
    else if (entry.type === "assigned") this.#assign(entry);
    else if (entry.type === "left_out") this.#takeOut(entry);
    else if (entry.type === "twice") this.#yield(entry);
    else {
      const at = this.#open.get(entry.order)?.at ?? 0;
      this.#open.delete(entry.order);
      this.#add(at, entry.outcome);
    }
  }

  #assign({ order, at, assignment }: Extract<JournalEntry, { readonly type: "assigned" }>): void {
    this.#open.set(order, { assignment, at });
    this.delayed.add(assignment, at);
    this.evidence.assigned(assignment.arm, assignment.epoch, assignment.weight);
    this.#listeners.onAssigned?.(assignment);
  }

  #takeOut({ order, session }: Extract<JournalEntry, { readonly type: "left_out" }>): void {
    const waiting = this.#open.get(order);
    this.#open.delete(order);
    this.delayed.leftOut(session);
    if (waiting === undefined) return;
    const { arm, epoch, weight } = waiting.assignment;
    this.evidence.leftOut(arm, epoch, weight);
  }

  /** Its outcomes that come later wait on, for the replica that counts it. */
  #yield({ order }: Extract<JournalEntry, { readonly type: "twice" }>): void {
    const waiting = this.#open.get(order);
    this.#open.delete(order);
    if (waiting === undefined) return;
    const { arm, epoch, weight } = waiting.assignment;
    this.evidence.unassigned(arm, epoch, weight);
    this.#listeners.onYielded?.(epoch);
  }

  #takeLate({ metric, session, outcome, of }: Extract<JournalEntry, { readonly type: "late" }>): void {
    if (of === undefined) this.delayed.remove(metric, session);
    else this.delayed.removeAhead(metric, session);
    this.evidence.addDelayed(metric, outcome);
    this.#judge();
  }

  #add(at: number, outcome: SessionOutcome): void {
    this.evidence.add(outcome);
    this.#listeners.onFinal?.(at, outcome);
    this.#judge();
  }

  #judge(): void {
    const { evidence, entries } = this;
    const now = (): ReplayedCrossing => ({ reading: evidence.reading(), cut: { parts: [], ...beforeOf(entries) } });
    if (this.crossing === null && hasCrossed(evidence)) this.crossing = now();
    if (this.crossingItself !== null || evidence.itself === null || !hasCrossed(evidence.itself)) return;
    this.crossingItself = now();
  }
}

const hasCrossed = (evidence: Evidence): boolean => evidence.logUnion() >= evidence.threshold;
