import { ByEpoch } from "../domain/evidence/by-epoch.ts";
import type { EpochRow } from "../domain/evidence/by-epoch.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";

/** Sessions by arm. */
export interface ArmCounts {
  stable: number;
  candidate: number;
}

/** Sessions of one epoch: drawn, come to their end, and failed. */
export interface EpochCounts extends EpochRow {
  readonly assigned: Readonly<ArmCounts>;
  readonly final: Readonly<ArmCounts>;
  readonly failed: Readonly<ArmCounts>;
}

/** What the journals of a rollout hold. */
export interface EvidenceCounts {
  readonly epochs: readonly EpochCounts[];
  readonly journals: readonly { readonly replica: string; readonly entries: number }[];
}

const none = (): ArmCounts => ({ stable: 0, candidate: 0 });

/** Counts what the journals of a rollout hold, in one pass. */
export async function countEvidence(
  { journal }: { readonly journal: Pick<EvidenceJournal, "read"> },
  rolloutId: string,
): Promise<EvidenceCounts> {
  const epochs = new ByEpoch((epoch, weight) => ({ epoch, weight, assigned: none(), final: none(), failed: none() }));
  const journals = new Map<string, number>();
  for await (const { replicaId, entries } of journal.read(rolloutId)) {
    journals.set(replicaId, (journals.get(replicaId) ?? 0) + entries.length);
    for (const entry of entries) {
      if (entry.type === "assigned") {
        const { epoch, weight, arm } = entry.assignment;
        epochs.row(epoch, weight).assigned[arm] += 1;
      }
      if (entry.type !== "final") continue;
      const { epoch, weight, arm, failure } = entry.outcome;
      const row = epochs.row(epoch, weight);
      row.final[arm] += 1;
      if (failure !== null) row.failed[arm] += 1;
    }
  }
  return { epochs: epochs.rows, journals: [...journals].map(([replica, entries]) => ({ replica, entries })) };
}
