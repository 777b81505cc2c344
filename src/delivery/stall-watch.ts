import type { Clock } from "../ports/clock.ts";

/** How often the process shows that it runs, milliseconds. */
const BEAT_MS = 1_000;
/** After so long without a sign of life calls under way may have failed for nothing that their releases did, milliseconds. */
const STALL_MS = 5_000;

/**
 * Tells when this process has stood still: it was frozen, its machine slept, or something held its event loop. A machine
 * that sleeps may stop its monotonic clock, so the wall clock tells as well; set forwards it looks the same.
 */
export class StallWatch {
  readonly #clock: Clock;
  /** Monotonic milliseconds; `null` while nothing beats, because nothing happening is then no stall. */
  #seenAt: number | null = null;
  #aheadBy = 0;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to watch; `look` is called about once a second. */
  start(look: () => void): void {
    this.stop();
    this.#seenAt = this.#clock.elapsed();
    this.#aheadBy = this.#offset();
    this.#arm(look);
  }

  stop(): void {
    this.#cancel();
    this.#seenAt = null;
  }

  /** Whether the process stood still since it was asked last. Asked before whatever a stall may have brought about. */
  hasStood(): boolean {
    if (this.#seenAt === null) return false;
    const [now, aheadBy] = [this.#clock.elapsed(), this.#offset()];
    const hasStood = now - this.#seenAt > STALL_MS || aheadBy - this.#aheadBy > STALL_MS;
    this.#seenAt = now;
    this.#aheadBy = aheadBy;
    return hasStood;
  }

  /** Wall time less monotonic time. */
  #offset(): number {
    return this.#clock.now() - this.#clock.elapsed();
  }

  #arm(look: () => void): void {
    this.#cancel = this.#clock.after(BEAT_MS, () => {
      this.#arm(look);
      look();
    });
  }
}
