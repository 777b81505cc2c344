/** Retries that may follow each other at most, and those that a quiet target may get at once. */
const CAPACITY = 20;
/** Retries that come back by time alone, per ms: one in two seconds, so that quiet targets are retried too. */
const PER_MS = 1 / 2_000;

/**
 * Retries of one target as a share of its calls: a token bucket that every call fills by the share and every retry
 * empties by one. In an outage the load on a target grows by the share at most, plus one retry in two seconds.
 */
export class RetryBudget {
  #tokens = CAPACITY;
  #at = 0;

  /** Tokens at hand, from 0 to 20. */
  get tokens(): number {
    return this.#tokens;
  }

  /** A call begins at the target. `share` in [0, 1]. */
  called(share: number): void {
    if (this.#tokens < CAPACITY) this.#tokens = Math.min(CAPACITY, this.#tokens + share);
  }

  /** Takes a retry out of the budget if there is one. `now` is monotonic milliseconds. A share of 0 permits none. */
  take(now: number, share: number): boolean {
    if (share <= 0) return false;
    if (now > this.#at) {
      this.#tokens = Math.min(CAPACITY, this.#tokens + (now - this.#at) * PER_MS);
      this.#at = now;
    }
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** What was taken is put back: nobody was asked. */
  putBack(): void {
    this.#tokens = Math.min(CAPACITY, this.#tokens + 1);
  }
}
