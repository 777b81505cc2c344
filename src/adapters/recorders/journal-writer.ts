import type { Clock } from "../../ports/clock.ts";
import type { EvidenceJournal, JournalBatch, JournalEntry } from "../../ports/evidence-journal.ts";
import type { EvidenceLog } from "../../ports/evidence-log.ts";

/** What the writer is plugged into. */
export interface JournalWriterTerms {
  readonly journal: EvidenceJournal;
  readonly replicaId: string;
  readonly clock: Clock;
  /** Entries that may wait while the store is away. */
  readonly maxEntries?: number;
}

/** How long entries are gathered into one batch: what a hard kill can lose. */
const EVERY_MS = 100;
const MAX_BACKOFF_MS = 5_000;
const DEFAULT_MAX_ENTRIES = 200_000;

/** Writes the evidence journal behind the request's way, in gapless batches per rollout. */
export function createJournalWriter(terms: JournalWriterTerms): EvidenceLog {
  return new JournalWriter(terms);
}

class JournalWriter implements EvidenceLog {
  readonly #terms: JournalWriterTerms;
  #waiting = new Map<string, JournalEntry[]>();
  #count = 0;
  readonly #batches = new Map<string, number>();
  /** Batches made and not yet acknowledged; their numbers are fixed, so repeating them is harmless. */
  #unacknowledged: JournalBatch[] = [];
  #written = 0;
  #dropped = 0;
  #failures = 0;
  #armed = false;
  #writing: Promise<void> | null = null;

  constructor(terms: JournalWriterTerms) {
    this.#terms = terms;
  }

  append(rolloutId: string, entry: JournalEntry): void {
    if (this.#count >= (this.#terms.maxEntries ?? DEFAULT_MAX_ENTRIES)) {
      this.#dropped += 1;
      return;
    }
    const entries = this.#waiting.get(rolloutId);
    if (entries === undefined) this.#waiting.set(rolloutId, [entry]);
    else entries.push(entry);
    this.#count += 1;
    this.#arm();
  }

  counts(): ReturnType<EvidenceLog["counts"]> {
    return { written: this.#written, dropped: this.#dropped, waiting: this.#count };
  }

  async flush(): Promise<void> {
    while (this.#count > 0) {
      const failed = this.#failures;
      await this.#write();
      if (this.#failures <= failed) continue;
      this.#dropped += this.#count;
      this.#count = 0;
    }
  }

  #arm(): void {
    if (this.#armed || this.#writing !== null) return;
    this.#armed = true;
    const backoff = this.#failures === 0 ? 0 : Math.min(MAX_BACKOFF_MS, 100 * 2 ** this.#failures);
    this.#terms.clock.after(Math.max(EVERY_MS, backoff), () => {
      this.#armed = false;
      void this.#write();
    });
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeOnce().finally(() => {
      this.#writing = null;
      if (this.#count > 0) this.#arm();
    });
    return this.#writing;
  }

  async #writeOnce(): Promise<void> {
    if (this.#unacknowledged.length === 0) this.#unacknowledged = this.#makeBatches();
    if (this.#unacknowledged.length === 0) return;
    try {
      await this.#terms.journal.append(this.#unacknowledged);
      const entries = this.#unacknowledged.reduce((sum, batch) => sum + batch.entries.length, 0);
      this.#unacknowledged = [];
      this.#written += entries;
      this.#count -= entries;
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
  }

  #makeBatches(): JournalBatch[] {
    const batches: JournalBatch[] = [];
    for (const [rolloutId, entries] of this.#waiting) {
      const batch = (this.#batches.get(rolloutId) ?? 0) + 1;
      this.#batches.set(rolloutId, batch);
      batches.push({ rolloutId, replicaId: this.#terms.replicaId, batch, entries });
    }
    this.#waiting = new Map();
    return batches;
  }
}
