import { mergeEvidence } from "../domain/evidence/running-evidence.ts";
import type { Evidence, EvidencePlan } from "../domain/evidence/running-evidence.ts";
import type { CutPart } from "../domain/evidence/evidence-cut.ts";
import { ReplicaEvidence } from "./replica-evidence.ts";

/** The evidence of one rollout on all replicas but this one. */
export class OtherReplicas {
  readonly #plan: EvidencePlan;
  readonly #replicaId: string;
  readonly #replicas = new Map<string, ReplicaEvidence>();

  /** `replicaId` is this one. */
  constructor(plan: EvidencePlan, replicaId: string) {
    this.#plan = plan;
    this.#replicaId = replicaId;
  }

  /** This replica. */
  get replicaId(): string {
    return this.#replicaId;
  }

  /** Whether there is anything to add to this replica's own evidence. */
  get isEmpty(): boolean {
    return this.#replicas.size === 0;
  }

  /** When the newest session of them all was assigned, epoch milliseconds; 0 before any. */
  get lastAt(): number {
    return Math.max(0, ...[...this.#replicas.values()].map(({ lastAt }) => lastAt));
  }

  /** One replica's evidence, begun when it is new. */
  of(replicaId: string): ReplicaEvidence {
    const known = this.#replicas.get(replicaId);
    if (known !== undefined) return known;
    const replica = new ReplicaEvidence(this.#plan);
    this.#replicas.set(replicaId, replica);
    return replica;
  }

  /** The last batch taken in, by replica. */
  seen(): ReadonlyMap<string, number> {
    return new Map([...this.#replicas].map(([replicaId, { batch }]) => [replicaId, batch]));
  }

  /** What of all journals the sum rests on, with so many entries of this replica's own, in the order of ids. */
  cutWith(entries: number): readonly CutPart[] {
    const others = [...this.#replicas].map(([replicaId, { cut }]): CutPart => ({ replicaId, ...cut }));
    return [...others, { replicaId: this.#replicaId, entries }].toSorted((one, other) =>
      one.replicaId < other.replicaId ? -1 : 1,
    );
  }

  /** All evidence, with this replica's own: added up in the order of ids, so that the sum has the same bits everywhere. */
  mergedWith(own: Evidence): Evidence {
    const parts = new Map([...this.#replicas].map(([id, { evidence }]) => [id, evidence]));
    parts.set(this.#replicaId, own);
    const sorted = [...parts].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return mergeEvidence(
      this.#plan,
      sorted.map(([, evidence]) => evidence),
    );
  }
}
