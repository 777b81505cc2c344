import { troubleOf } from "../adapters/recorders/trouble-of.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import type { SpendBook } from "../domain/spend/spend-book.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { SpendStore } from "../ports/spend-store.ts";

/** How often what was spent is written: what a hard kill can lose of it, ms. Recorded calls still have it. */
const EVERY_MS = 2_000;
/** Hours are kept this long: enough for the same hour of previous weeks and a year's months. */
const KEPT_MS = 400 * 24 * HOUR_MS;

const WRITING = "writing what was spent";

/** What keeping spend needs. */
export interface SpendKeeperTerms {
  readonly book: SpendBook;
  readonly store: SpendStore;
  readonly replicaId: string;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** How often it writes, ms; absent is every two seconds. */
  readonly everyMs?: () => number | null;
}

/** Writes the book of spend behind the request's way. */
export class SpendKeeper {
  readonly #terms: SpendKeeperTerms;
  #cancel: () => void = () => {};
  #writing: Promise<void> = Promise.resolve();
  #isStopped = false;
  #trouble: string | null = null;
  #expiredAt = Number.NEGATIVE_INFINITY;

  constructor(terms: SpendKeeperTerms) {
    this.#terms = terms;
  }

  /** Attempts that were counted without their user, and why the last write failed, or `null`. */
  counts(): { readonly merged: number; readonly trouble: string | null } {
    return { merged: this.#terms.book.merged, trouble: this.#trouble };
  }

  start(): void {
    if (this.#isStopped) return;
    this.#cancel = this.#terms.clock.after(this.#terms.everyMs?.() ?? EVERY_MS, () => {
      this.#writing = this.write().then(() => this.start());
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.#writing;
    await this.write();
  }

  /** Writes what has changed; never rejects, what could not be written is written next time. */
  async write(): Promise<void> {
    const { book, store, replicaId, clock, announcer } = this.#terms;
    const rows = book.take();
    try {
      if (rows.length > 0) await store.write(replicaId, rows);
      if (clock.elapsed() - this.#expiredAt > HOUR_MS) await store.expire(clock.now() - KEPT_MS);
      if (clock.elapsed() - this.#expiredAt > HOUR_MS) this.#expiredAt = clock.elapsed();
      // Calls are counted in the hour of their arrival and may end in the next.
      book.forget(hourOf(clock.now()) - HOUR_MS);
      if (this.#trouble !== null) announcer.recovered(WRITING);
      this.#trouble = null;
    } catch (error) {
      book.giveBack(rows);
      if (this.#trouble === null) announcer.troubled(WRITING, error);
      this.#trouble = troubleOf(error);
    }
  }
}
