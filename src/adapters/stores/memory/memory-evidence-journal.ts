import type { EvidenceJournal, JournalBatch } from "../../../ports/evidence-journal.ts";

/** The evidence journal in memory. */
export function createMemoryEvidenceJournal(): EvidenceJournal {
  const kept = new Map<string, JournalBatch>();
  return {
    async append(batches) {
      for (const batch of batches) {
        const key = `${batch.rolloutId}\n${batch.replicaId}\n${batch.batch}`;
        if (!kept.has(key)) kept.set(key, batch);
      }
    },
    async *read(rolloutId) {
      const own = [...kept.values()].filter((batch) => batch.rolloutId === rolloutId);
      own.sort((a, b) => (a.replicaId === b.replicaId ? a.batch - b.batch : a.replicaId < b.replicaId ? -1 : 1));
      yield* own;
    },
  };
}
