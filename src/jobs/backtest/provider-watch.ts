import type { Clock } from "../../ports/clock.ts";

/** Failures one after another from which on the provider is taken to be away. */
const AWAY_AFTER = 3;
/** How long is waited before it is asked again, ms; twice as long each time. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** How long it may be away before the backtest ends without a verdict, ms. */
const GIVE_UP_MS = 30 * 60_000;

/**
 * Tells a provider that is away from a session that it fails. While it is away one session at a time is tried, ever more
 * seldom, and none of that counts against anybody.
 */
export class ProviderWatch {
  readonly #clock: Clock;
  #failures = 0;
  #awaySince: number | null = null;
  #waitMs = FIRST_WAIT_MS;
  #askAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether somebody may be asked now; while the provider is away that is one at a time. */
  mayAsk(): boolean {
    const now = this.#clock.elapsed();
    if (now < this.#askAt) return false;
    if (this.#awaySince !== null) this.#askAt = now + this.#waitMs;
    return true;
  }

  /** A session was answered. */
  answered(): void {
    this.#failures = 0;
    this.#awaySince = null;
    this.#waitMs = FIRST_WAIT_MS;
    this.#askAt = 0;
  }

  /** A provider has failed a session; true when it fails all of them. */
  failed(): boolean {
    this.#failures += 1;
    if (this.#failures < AWAY_AFTER) return false;
    const now = this.#clock.elapsed();
    if (this.#awaySince !== null) this.#waitMs = Math.min(LONGEST_WAIT_MS, 2 * this.#waitMs);
    this.#awaySince ??= now;
    this.#askAt = now + this.#waitMs;
    return true;
  }

  /** This server keeps calls from their providers at the moment. */
  held(): void {
    this.#askAt = Math.max(this.#askAt, this.#clock.elapsed() + FIRST_WAIT_MS);
  }

  /** Whether it has been away for longer than anybody should wait. */
  get isGoneForLong(): boolean {
    return this.#awaySince !== null && this.#clock.elapsed() - this.#awaySince > GIVE_UP_MS;
  }
}
