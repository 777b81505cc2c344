import { Evidence } from "../domain/evidence/running-evidence.ts";
import type { EvidencePlan } from "../domain/evidence/running-evidence.ts";
import type { SessionOutcome } from "../domain/evidence/evidence.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { JournalBatch } from "../ports/evidence-journal.ts";

interface Waiting {
  readonly assignment: Assignment;
  /** Epoch milliseconds on the clock of the replica that assigned it. */
  readonly at: number;
}

/** The evidence of one rollout on another replica, dead or alive, as its journal tells it. */
export class ReplicaEvidence {
  readonly evidence: Evidence;
  #batch = 0;
  #lastAt = 0;
  readonly #waiting = new Map<number, Waiting>();

  constructor(plan: EvidencePlan) {
    this.evidence = new Evidence(plan);
  }

  /** Number of the last batch taken in. */
  get batch(): number {
    return this.#batch;
  }

  /** When its newest session was assigned, epoch milliseconds; 0 before any. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Takes in the next batch; `onAssigned` hears of every session in it. */
  take({ batch, entries }: JournalBatch, onAssigned: (assignment: Assignment) => void): void {
    if (batch <= this.#batch) return;
    this.#batch = batch;
    for (const entry of entries) {
      if (entry.type === "final") {
        // One that was given up as lost has had its say.
        if (this.#waiting.delete(entry.order)) this.evidence.add(entry.outcome);
        continue;
      }
      const { assignment, at } = entry;
      this.#waiting.set(entry.order, { assignment, at });
      this.#lastAt = Math.max(this.#lastAt, at);
      this.evidence.assigned(assignment.arm, assignment.epoch, assignment.weight);
      onAssigned(assignment);
    }
  }

  /** Sessions assigned before `due` (epoch ms) that never came to an end are failures of their arm: the replica died. */
  giveUp(due: number): void {
    for (const [order, { assignment, at }] of this.#waiting) {
      if (at > due) return;
      this.#waiting.delete(order);
      this.evidence.add(lost(assignment));
    }
  }
}

/** What becomes of a session whose replica died before it ended. */
export const lost = ({ arm, epoch, weight }: Assignment): SessionOutcome => ({
  arm,
  epoch,
  weight,
  failure: "lost",
  latencyMs: null,
  firstTokenMs: null,
  costPico: 0,
});
