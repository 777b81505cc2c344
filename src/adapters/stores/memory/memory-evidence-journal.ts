import type { EvidenceJournal, JournalBatch } from "../../../ports/evidence-journal.ts";

/** A journal that says what it could not keep. */
export interface MemoryEvidenceJournal extends EvidenceJournal {
  /** Entries that were taken and are gone since it was made. */
  forgotten(): number;
}

/** Rollouts of which it is remembered that they were forgotten. */
const MAX_FORGOTTEN = 10_000;

/**
 * The evidence journal in memory, of at most `maxEntries` entries. What is beyond goes by whole rollouts, the one
 * whose last batch is oldest first: part of a journal would be evidence of something that did not happen. A rollout
 * that was forgotten stays so.
 */
export function createMemoryEvidenceJournal(maxEntries: number): MemoryEvidenceJournal {
  return new BoundedJournal(maxEntries);
}

class BoundedJournal implements MemoryEvidenceJournal {
  readonly #maxEntries: number;
  /** Batches by rollout, the one appended to last at the end; by replica and number inside. */
  readonly #rollouts = new Map<string, Map<string, JournalBatch>>();
  readonly #gone = new Set<string>();
  #entries = 0;
  #forgotten = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  async append(batches: readonly JournalBatch[]): Promise<void> {
    for (const batch of batches) this.#add(batch);
    for (const [rolloutId, kept] of this.#rollouts) {
      if (this.#entries <= this.#maxEntries) return;
      this.#forget(rolloutId, kept);
    }
  }

  async *read(rolloutId: string): AsyncIterable<JournalBatch> {
    const own = [...(this.#rollouts.get(rolloutId)?.values() ?? [])];
    own.sort((a, b) => (a.replicaId === b.replicaId ? a.batch - b.batch : a.replicaId < b.replicaId ? -1 : 1));
    yield* own;
  }

  async *readAfter(rolloutId: string, seen: ReadonlyMap<string, number>): AsyncIterable<JournalBatch> {
    for await (const batch of this.read(rolloutId)) {
      if (batch.batch > (seen.get(batch.replicaId) ?? 0)) yield batch;
    }
  }

  forgotten(): number {
    return this.#forgotten;
  }

  #add(batch: JournalBatch): void {
    const { rolloutId, replicaId, entries } = batch;
    if (this.#gone.has(rolloutId)) {
      this.#forgotten += entries.length;
      return;
    }
    const kept = this.#rollouts.get(rolloutId) ?? new Map<string, JournalBatch>();
    const key = `${replicaId}\n${batch.batch}`;
    if (kept.has(key)) return;
    kept.set(key, batch);
    this.#rollouts.delete(rolloutId);
    this.#rollouts.set(rolloutId, kept);
    this.#entries += entries.length;
  }

  #forget(rolloutId: string, kept: ReadonlyMap<string, JournalBatch>): void {
    const entries = [...kept.values()].reduce((sum, batch) => sum + batch.entries.length, 0);
    this.#rollouts.delete(rolloutId);
    this.#entries -= entries;
    this.#forgotten += entries;
    const [oldest] = this.#gone;
    if (this.#gone.size >= MAX_FORGOTTEN && oldest !== undefined) this.#gone.delete(oldest);
    this.#gone.add(rolloutId);
  }
}
