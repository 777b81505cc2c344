import { breathe } from "./breathe.ts";

/** What worked for long may have waited for the database: no rest is longer, ms. */
const LONGEST_REST_MS = 1_000;

/**
 * The pace of work that can wait: after each piece of it (some milliseconds, but for encoding a segment) it rests so many times as long as the piece
 * took, so that it does not take a processor from calls for long at a time.
 */
export class Pace {
  #rests = 0;
  #since = 0;
  #wake: (() => void) | null = null;

  /** Work begins. `rests` is how many times as long as it works it is to rest; at 0 it only lets others go first. */
  begin(rests: number): void {
    this.#rests = rests;
    this.#since = performance.now();
  }

  /** A piece is done. */
  async breathe(): Promise<void> {
    const worked = performance.now() - this.#since;
    await (this.#rests === 0 ? breathe() : this.#rest(Math.min(LONGEST_REST_MS, worked * this.#rests)));
    this.#since = performance.now();
  }

  /** Somebody waits for it: what is left of the work has no more rests. */
  hurry(): void {
    this.#rests = 0;
    this.#wake?.();
  }

  async #rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    this.#wake = null;
  }
}
