import { troubleOf } from "../adapters/recorders/trouble-of.ts";
import { RollwardError } from "../domain/errors.ts";
import { SPAN_KEPT_MS, SPAN_MS } from "../domain/series/series-cell.ts";
import type { SeriesBook, SeriesBookCounts } from "../domain/series/series-book.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { SeriesBatch, SeriesStore } from "../ports/series-store.ts";

/** How often what was counted is written: what a hard kill can lose of it, ms. Recorded calls still have it. */
const EVERY_MS = 5_000;
/** Cells in one statement: the embedded database does nothing else meanwhile, some 70 ms. */
const BATCH = 200;
/** Days that are made after one write; the embedded database works at each for some 100 ms. */
const DAYS_AT_ONCE = 2;
/** What belongs to a day is written by so long after its end, ms; what comes later has the day made again. */
const LATE_MS = SPAN_MS.hour;
/** Refusals after which a batch is given up that the store will not take; one that is away is asked for ever. */
const PATIENCE = 10;

const DAY_MS = 24 * SPAN_MS.hour;

const WRITING = "writing what calls came to";

/** What keeping series needs. */
export interface SeriesKeeperTerms {
  readonly book: SeriesBook;
  readonly store: SeriesStore;
  readonly replicaId: string;
  readonly clock: Clock;
  readonly announcer: Announcer;
}

/** What was lost, and why the last write failed, or `null`. */
export interface SeriesKeeperCounts extends SeriesBookCounts {
  readonly trouble: string | null;
}

/**
 * Writes the book of series behind the request's way. A batch stays the same until it is written: its number tells the store whether it
 * knows it, so that an answer that was lost counts nothing twice.
 */
export class SeriesKeeper {
  readonly #terms: SeriesKeeperTerms;
  #cancel: () => void = () => {};
  #writing: Promise<void> = Promise.resolve();
  #isStopped = false;
  #trouble: string | null = null;
  #expiredAt = Number.NEGATIVE_INFINITY;
  /** When every day that is over was found made. */
  #daysMadeAt = Number.NEGATIVE_INFINITY;
  #sequence = 0;
  #batch: SeriesBatch | null = null;
  #refusals = 0;

  constructor(terms: SeriesKeeperTerms) {
    this.#terms = terms;
  }

  counts(): SeriesKeeperCounts {
    const counts = this.#terms.book.counts();
    return { ...counts, waiting: counts.waiting + (this.#batch?.cells.length ?? 0), trouble: this.#trouble };
  }

  start(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#terms.clock.after(EVERY_MS, () => {
      this.#writing = this.write().then(() => this.start());
    });
  }

  /** Writes what waits, and gives up what cannot be written now. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#writing;
    await this.write();
    if (this.#batch !== null) this.#terms.book.drop(this.#batch.cells);
    this.#batch = null;
    this.#terms.book.drop(this.#terms.book.take(Number.MAX_SAFE_INTEGER));
  }

  /** Writes what was counted; never rejects, what could not be written is written next time. */
  async write(): Promise<void> {
    const { store, clock, announcer } = this.#terms;
    try {
      for (let batch = this.#nextBatch(); batch !== null; batch = this.#nextBatch()) {
        await store.add(batch);
        this.#batch = null;
        this.#refusals = 0;
      }
      await this.#expire(clock.now());
      if (!this.#isStopped) await this.#makeDays(clock.now());
      if (this.#trouble !== null) announcer.recovered(WRITING);
      this.#trouble = null;
    } catch (error) {
      if (this.#trouble === null) announcer.troubled(WRITING, error);
      this.#trouble = troubleOf(error);
      this.#refused(error);
    }
  }

  #nextBatch(): SeriesBatch | null {
    if (this.#batch !== null) return this.#batch;
    const cells = this.#terms.book.take(BATCH);
    if (cells.length === 0) return null;
    this.#sequence += 1;
    this.#batch = { replicaId: this.#terms.replicaId, sequence: this.#sequence, cells };
    return this.#batch;
  }

  /** One batch that no store takes must not hold up all others. */
  #refused(error: unknown): void {
    const isAway = error instanceof RollwardError && error.retryable;
    this.#refusals = isAway ? 0 : this.#refusals + 1;
    if (this.#refusals < PATIENCE || this.#batch === null) return;
    this.#terms.book.drop(this.#batch.cells);
    this.#batch = null;
    this.#refusals = 0;
  }

  async #expire(now: number): Promise<void> {
    const { store, clock } = this.#terms;
    if (clock.elapsed() - this.#expiredAt <= SPAN_MS.hour) return;
    await store.expire({ minute: now - SPAN_KEPT_MS.minute, hour: now - SPAN_KEPT_MS.hour });
    this.#expiredAt = clock.elapsed();
  }

  /** A few days at a time, so that those of before an upgrade are caught up with beside everything else. */
  async #makeDays(now: number): Promise<void> {
    const { store, clock } = this.#terms;
    if (clock.elapsed() - this.#daysMadeAt <= SPAN_MS.hour) return;
    // A day that has begun by then ended at least so long ago.
    const before = now - LATE_MS - DAY_MS;
    const made = await store.makeDays({ from: now - SPAN_KEPT_MS.hour, before, limit: DAYS_AT_ONCE });
    if (made < DAYS_AT_ONCE) this.#daysMadeAt = clock.elapsed();
  }
}
