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
/** A day that took longer than this is one of many cells, ms: the embedded database does nothing else meanwhile. */
const LONG_DAY_MS = 300;
/** After such a day the next one waits so many times as long: a twentieth of the time goes to days at most. */
const REST = 20;
/** What belongs to a day is written by so long after its end, ms; what comes later has the day made again. */
const LATE_MS = SPAN_MS.hour;
/** Refusals after which a batch is given up that the store will not take; one that is away is asked for ever. */
const PATIENCE = 10;

const DAY_MS = 24 * SPAN_MS.hour;

const WRITING = "writing what calls came to";
const ADDING_UP = "adding up what calls came to by the day";

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
  /** Before this no day is made, by the time that passed. */
  #daysRestUntil = Number.NEGATIVE_INFINITY;
  #isUnmade = false;
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
      if (this.#trouble !== null) announcer.recovered(WRITING);
      this.#trouble = null;
    } catch (error) {
      if (this.#trouble === null) announcer.troubled(WRITING, error);
      this.#trouble = troubleOf(error);
      this.#refused(error);
    }
    if (this.#trouble === null && !this.#isStopped) await this.#makeDays();
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

  /**
   * One day at a time, so that those of before an upgrade are caught up with beside everything else. Nothing is lost where it
   * fails: hours are read instead. The next try is then an hour away, because what takes too long holds up everybody.
   */
  async #makeDays(): Promise<void> {
    const { store, clock, announcer } = this.#terms;
    const startedAt = clock.elapsed();
    if (startedAt < this.#daysRestUntil) return;
    const now = clock.now();
    // A day that has begun by then ended at least so long ago.
    const before = now - LATE_MS - DAY_MS;
    let restMs: number = SPAN_MS.hour;
    try {
      const made = await store.makeDays({ from: now - SPAN_KEPT_MS.hour, before, limit: 1 });
      if (this.#isUnmade) announcer.recovered(ADDING_UP);
      this.#isUnmade = false;
      const tookMs = clock.elapsed() - startedAt;
      if (made > 0) restMs = tookMs > LONG_DAY_MS ? Math.min(SPAN_MS.hour, REST * tookMs) : 0;
    } catch (error) {
      if (!this.#isUnmade) announcer.troubled(ADDING_UP, error);
      this.#isUnmade = true;
    }
    this.#daysRestUntil = clock.elapsed() + restMs;
  }
}
