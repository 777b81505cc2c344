import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EvidenceJournal, JournalBatch, JournalEntry } from "../../ports/evidence-journal.ts";
import type { EvidenceLog } from "../../ports/evidence-log.ts";
import { troubleOf } from "./trouble-of.ts";

/** Bounds of the writer. */
export interface JournalWriterLimits {
  /** Entries that may wait while the store is away; some 300 bytes each. */
  readonly maxEntries: number;
  /** Entries in one batch. */
  readonly batchEntries: number;
  /** How long entries are gathered: what a hard kill can lose. */
  readonly everyMs: number;
  /** Longest pause after a failed write. */
  readonly maxBackoffMs: number;
}

/** What the writer is plugged into. */
export interface JournalWriterTerms {
  readonly journal: Pick<EvidenceJournal, "append">;
  readonly replicaId: string;
  readonly clock: Clock;
  readonly limits?: Partial<JournalWriterLimits>;
  /** Told once when writing begins to fail and once when it works again. */
  readonly announcer?: Pick<Announcer, "troubled" | "recovered">;
}

const DEFAULT_LIMITS: JournalWriterLimits = {
  maxEntries: 200_000,
  batchEntries: 5_000,
  everyMs: 100,
  maxBackoffMs: 5_000,
};

const FIRST_BACKOFF_MS = 100;

const WRITING = "writing the evidence journal";
const NOBODY = { troubled() {}, recovered() {} };

/**
 * Writes the evidence journal behind the request's way, in batches numbered without gaps per rollout. Batches
 * that were not acknowledged are sent again as they are, so that a number never stands for two contents.
 */
export function createJournalWriter({ limits, announcer = NOBODY, ...terms }: JournalWriterTerms): EvidenceLog {
  return new JournalWriter({ ...terms, announcer, limits: { ...DEFAULT_LIMITS, ...limits } });
}

class JournalWriter implements EvidenceLog {
  readonly #terms: Required<JournalWriterTerms> & { readonly limits: JournalWriterLimits };
  #gathered = new Map<string, JournalEntry[]>();
  /** Numbered and not yet acknowledged. */
  #unacknowledged: readonly JournalBatch[] = [];
  readonly #lastBatch = new Map<string, number>();
  #waiting = 0;
  #written = 0;
  #dropped = 0;
  #failures = 0;
  /** Why the last write failed; `null` after one that succeeded. */
  #trouble: string | null = null;
  #isArmed = false;
  #writing: Promise<void> | null = null;
  /** Entries taken and entries that are out of the way, since the start. */
  #taken = 0;
  #settled = 0;
  /** Who waits until so many are out of the way, oldest first. */
  #waiters: { readonly upTo: number; readonly done: (isWritten: boolean) => void }[] = [];

  constructor(terms: Required<JournalWriterTerms> & { readonly limits: JournalWriterLimits }) {
    this.#terms = terms;
  }

  append(rolloutId: string, entry: JournalEntry): void {
    if (this.#waiting >= this.#terms.limits.maxEntries) {
      this.#dropped += 1;
      return;
    }
    const entries = this.#gathered.get(rolloutId);
    if (entries === undefined) this.#gathered.set(rolloutId, [entry]);
    else entries.push(entry);
    this.#waiting += 1;
    this.#taken += 1;
    this.#arm();
  }

  written(): Promise<boolean> {
    // What came last may have found no room.
    if (this.#waiting >= this.#terms.limits.maxEntries) return Promise.resolve(false);
    if (this.#settled >= this.#taken) return Promise.resolve(true);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiters.push({ upTo: this.#taken, done: resolve });
    return promise;
  }

  counts(): ReturnType<EvidenceLog["counts"]> {
    return { written: this.#written, dropped: this.#dropped, waiting: this.#waiting, trouble: this.#trouble };
  }

  async flush(): Promise<void> {
    await this.#writing;
    while (this.#waiting > 0) {
      await this.#write();
      // Who flushes is about to stop, and a store that fails now will not be back in time.
      if (this.#failures > 0) this.#giveUp();
    }
  }

  #arm(): void {
    if (this.#isArmed || this.#writing !== null) return;
    this.#isArmed = true;
    const { clock, limits } = this.#terms;
    const backoff = this.#failures === 0 ? 0 : FIRST_BACKOFF_MS * 2 ** (this.#failures - 1);
    clock.after(Math.max(limits.everyMs, Math.min(limits.maxBackoffMs, backoff)), () => {
      this.#isArmed = false;
      void this.#write();
    });
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeOnce().finally(() => {
      this.#writing = null;
      if (this.#waiting > 0) this.#arm();
    });
    return this.#writing;
  }

  async #writeOnce(): Promise<void> {
    if (this.#unacknowledged.length === 0) this.#unacknowledged = this.#numberBatches();
    if (this.#unacknowledged.length === 0) return;
    try {
      await this.#terms.journal.append(this.#unacknowledged);
    } catch (error) {
      this.#failures += 1;
      if (this.#trouble === null) this.#terms.announcer.troubled(WRITING, error);
      this.#trouble = troubleOf(error);
      return;
    }
    const written = this.#unacknowledged.reduce((sum, { entries }) => sum + entries.length, 0);
    this.#unacknowledged = [];
    this.#failures = 0;
    if (this.#trouble !== null) this.#terms.announcer.recovered(WRITING);
    this.#trouble = null;
    this.#written += written;
    this.#waiting -= written;
    this.#release(written, true);
  }

  #numberBatches(): readonly JournalBatch[] {
    const { replicaId, limits } = this.#terms;
    const batches: JournalBatch[] = [];
    for (const [rolloutId, entries] of this.#gathered) {
      for (let start = 0; start < entries.length; start += limits.batchEntries) {
        const batch = (this.#lastBatch.get(rolloutId) ?? 0) + 1;
        this.#lastBatch.set(rolloutId, batch);
        batches.push({ rolloutId, replicaId, batch, entries: entries.slice(start, start + limits.batchEntries) });
      }
    }
    this.#gathered = new Map();
    return batches;
  }

  #giveUp(): void {
    this.#dropped += this.#waiting;
    this.#release(this.#waiting, false);
    this.#waiting = 0;
    this.#unacknowledged = [];
    this.#gathered = new Map();
    this.#failures = 0;
  }

  /** Batches are written in the order in which their entries were taken, so a count tells which those are. */
  #release(entries: number, isWritten: boolean): void {
    this.#settled += entries;
    while ((this.#waiters[0]?.upTo ?? Infinity) <= this.#settled) this.#waiters.shift()?.done(isWritten);
  }
}
