import type { Announcer } from "../ports/announcer.ts";
import type { CallIndex } from "../ports/call-index.ts";
import type { Clock } from "../ports/clock.ts";

/** How long after a step the next one begins: at once where much waits, so that it is soon caught up with, ms. */
const EVERY_MS = 2_000;
const SOON_MS = 100;
/** Packs that are much. */
const MUCH = 64;
const AFTER_TROUBLE_MS = 15_000;
/** So long the index stands back for calls, ms: a search reads in packs what was recorded meanwhile, a second for 100,000 calls at worst. */
const PATIENCE_MS = 30_000;
/** From this share of the main thread's time on calls wait for it, and the index stands back. */
const BUSY = 0.8;
/** After that it rests so many times as long as it works: an eighth of its thread's time, however long the server is busy. */
const BUSY_RESTS = 7;
/** From this share on the index works in small pieces, a quarter of its time, and more where that does not suffice. A backlog taken in at once made calls wait 20 ms. */
const AT_WORK = 0.15;
const RESTS = 3;
const WHAT = "taking calls into their index";

/** What indexing needs. */
export interface IndexCallsTerms {
  readonly index: Pick<CallIndex, "step">;
  readonly clock: Clock;
  readonly announcer: Pick<Announcer, "troubled" | "recovered">;
  /** One server of many does it. */
  readonly isLeader: () => boolean;
  /** The share of the main thread's time that calls have needed since it was asked last, 0 to 1. */
  readonly load: () => number;
}

/** Takes recorded calls into their index, step by step and behind the calls; answers what stops it. */
export function indexCalls(terms: IndexCallsTerms): () => void {
  const indexing = new Indexing(terms);
  indexing.again(EVERY_MS);
  return () => indexing.stop();
}

class Indexing {
  readonly #terms: IndexCallsTerms;
  #isStopped = false;
  #isTroubled = false;
  /** Rests while calls come; packs that waited last. */
  #rests = RESTS;
  #waited = Infinity;
  /** On the clock of `elapsed`. */
  #busySince: number | null = null;
  #cancel = (): void => {};

  constructor(terms: IndexCallsTerms) {
    this.#terms = terms;
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  again(afterMs: number): void {
    if (!this.#isStopped) this.#cancel = this.#terms.clock.after(afterMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, isLeader } = this.#terms;
    const now = clock.elapsed();
    const load = this.#terms.load();
    if (load < BUSY) this.#busySince = null;
    else this.#busySince ??= now;
    if (!isLeader()) return this.again(EVERY_MS);
    if (this.#busySince !== null && now - this.#busySince < PATIENCE_MS) return this.again(EVERY_MS);
    this.again(await this.#step(this.#restsAt(load)));
  }

  /** Answers how long to wait for the next one, ms. */
  async #step(rests: number): Promise<number> {
    const { index, announcer } = this.#terms;
    try {
      const waiting = await index.step(rests);
      if (this.#isTroubled) announcer.recovered(WHAT);
      this.#isTroubled = false;
      this.#adapt(waiting);
      return waiting > MUCH ? SOON_MS : EVERY_MS;
    } catch (error) {
      if (!this.#isTroubled) announcer.troubled(WHAT, error);
      this.#isTroubled = true;
      return AFTER_TROUBLE_MS;
    }
  }

  #restsAt(load: number): number {
    if (load >= BUSY) return BUSY_RESTS;
    return load >= AT_WORK ? this.#rests : 0;
  }

  /** Rests less while what waits does not become less: one server may take in what many record. */
  #adapt(waiting: number): void {
    const isBehind = waiting > MUCH && waiting >= this.#waited;
    this.#rests = Math.min(RESTS, Math.max(0, this.#rests + (isBehind ? -1 : 1)));
    this.#waited = waiting;
  }
}
