import type { Rate } from "./limit-rule.ts";

/**
 * A token bucket in whole numbers. It refills by `amount` per window and holds at most `burst`. What is dearer than the
 * burst is admitted by a full bucket, which then owes the rest. Over any time t at most
 * `amount * t / windowMs + max(burst, dearest)` is admitted. Times are monotonic milliseconds.
 */
export class Bucket {
  #rate: Rate;
  /** Below zero while it owes. */
  #level: number;
  /** What has refilled of the next token, in tokens times milliseconds; less than `windowMs`. */
  #carry = 0;
  #at: number;

  /** It begins full, or at a lower `level`. */
  constructor(rate: Rate, now: number, level = rate.burst) {
    this.#rate = rate;
    this.#level = Math.min(rate.burst, level);
    this.#at = Math.floor(now);
  }

  get rate(): Rate {
    return this.#rate;
  }

  /** What could be taken now, whole tokens; below zero while it owes. */
  level(now: number): number {
    this.#refill(now);
    return this.#level;
  }

  /** Milliseconds until so much is admitted; 0 is now. */
  waitMs(cost: number, now: number): number {
    this.#refill(now);
    const missing = Math.min(cost, this.#rate.burst) - this.#level;
    if (missing <= 0) return 0;
    return Math.ceil((missing * this.#rate.windowMs - this.#carry) / this.#rate.amount);
  }

  /** Takes what `waitMs` has admitted. */
  take(cost: number): void {
    this.#level -= cost;
  }

  /** Puts back what was not used, or takes what was used beyond what was taken (below zero). */
  correct(tokens: number, now: number): void {
    this.#refill(now);
    this.#level = Math.min(this.#rate.burst, this.#level + tokens);
  }

  /** Goes on with another rate; what it owes stays owed. */
  change(rate: Rate, now: number): void {
    this.#refill(now);
    this.#rate = rate;
    this.#level = Math.min(rate.burst, this.#level);
    this.#carry = 0;
  }

  /** Whether it says nothing more than a new one would. */
  isFull(now: number): boolean {
    return this.level(now) >= this.#rate.burst;
  }

  #refill(now: number): void {
    const at = Math.floor(now);
    const { amount, windowMs, burst } = this.#rate;
    const passedMs = Math.max(0, at - this.#at);
    this.#at = Math.max(this.#at, at);
    const missing = burst - this.#level;
    // Comes first: after a long time the product below would not be exact.
    if (missing <= 0 || passedMs >= Math.ceil((missing * windowMs) / amount)) {
      this.#level = Math.max(this.#level, burst);
      this.#carry = 0;
      return;
    }
    const refilled = passedMs * amount + this.#carry;
    this.#level += Math.floor(refilled / windowMs);
    // A full bucket holds no part of a token beside.
    this.#carry = this.#level >= burst ? 0 : refilled % windowMs;
  }
}
