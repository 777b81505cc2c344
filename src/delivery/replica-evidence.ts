import { Evidence } from "../domain/evidence/running-evidence.ts";
import type { EvidencePlan } from "../domain/evidence/running-evidence.ts";
import type { SessionOutcome } from "../domain/evidence/evidence.ts";
import type { CutPart, GivenUp } from "../domain/evidence/evidence-cut.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";

type Ended = Extract<JournalEntry, { readonly type: "final" | "left_out" | "twice" }>;

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
  #entries = 0;
  #givenUp: readonly GivenUp[] = [];
  readonly #waiting = new Map<number, Waiting>();

  /** `evidence`: what it goes on with, when it took up that of processes before it. */
  constructor(plan: EvidencePlan, evidence: Evidence = new Evidence(plan)) {
    this.evidence = evidence;
  }

  /** Number of the last batch taken in. */
  get batch(): number {
    return this.#batch;
  }

  /** What of the replica's journal the evidence rests on. */
  get cut(): Omit<CutPart, "replicaId"> {
    return { entries: this.#entries, ...(this.#givenUp.length > 0 && { givenUp: this.#givenUp }) };
  }

  /** When its newest session was assigned, epoch milliseconds; 0 before any. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /**
   * Takes in the next batch; answers whether it was new. `onAssigned` hears of every session in it, `onFinal` of every outcome with
   * the time of its assignment.
   */
  take(
    { batch, entries }: JournalBatch,
    onAssigned: (assignment: Assignment) => void,
    onFinal: (at: number, outcome: SessionOutcome) => void = () => {},
  ): boolean {
    if (batch <= this.#batch) return false;
    this.#batch = batch;
    this.#entries += entries.length;
    for (const entry of entries) {
      if (entry.type === "final" || entry.type === "left_out" || entry.type === "twice") {
        this.#end(entry, onFinal);
        continue;
      }
      if (entry.type === "late") this.evidence.addDelayed(entry.metric, entry.outcome);
      if (entry.type !== "assigned") continue;
      const { assignment, at } = entry;
      this.#waiting.set(entry.order, { assignment, at });
      this.#lastAt = Math.max(this.#lastAt, at);
      this.evidence.assigned(assignment.arm, assignment.epoch, assignment.weight);
      onAssigned(assignment);
    }
    return true;
  }

  #end(entry: Ended, onFinal: (at: number, outcome: SessionOutcome) => void): void {
    const waiting = this.#waiting.get(entry.order);
    // One that was given up as lost has had its say, in an old log.
    if (waiting === undefined) return;
    this.#waiting.delete(entry.order);
    const { arm, epoch, weight } = waiting.assignment;
    if (entry.type === "left_out") return this.evidence.leftOut(arm, epoch, weight);
    if (entry.type === "twice") return this.evidence.unassigned(arm, epoch, weight);
    this.evidence.add(entry.outcome);
    onFinal(waiting.at, entry.outcome);
  }

  /**
   * Sessions assigned before `due` (epoch ms) that never came to an end are failures of their arm. Only to compute the
   * decisions of old logs again: what a dead replica left open is left out, as is what waited behind it.
   */
  giveUp(due: number): void {
    for (const [order, { assignment, at }] of this.#waiting) {
      if (at > due) return;
      // Later looks at the same entries give up all that the earlier ones did.
      const marks = this.#givenUp.filter(({ after }) => after !== this.#entries);
      this.#givenUp = [...marks, { after: this.#entries, upTo: due }];
      this.#waiting.delete(order);
      this.evidence.add(lost(assignment));
    }
  }
}

/** What became of a session whose replica died before it ended, in old logs. */
export const lost = ({ arm, epoch, weight }: Assignment): SessionOutcome => ({
  arm,
  epoch,
  weight,
  failure: "lost",
  latencyMs: null,
  firstTokenMs: null,
  costPico: 0,
});
