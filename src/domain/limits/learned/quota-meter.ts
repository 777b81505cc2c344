import type { LearnedLimit } from "./learned-limit.ts";

/** A later answer than this comes from a later call, whichever way they went, ms. */
export const GRACE_MS = 1_000;
/** A limit that was seen not to refill evenly is taken for one that does not, for this long, ms. */
const FIXED_MS = 600_000;
/** A pace is told for this time, ms. */
export const PACE_MS = 60_000;
/** How soon one looks again where calls under way are in the way, ms. */
const LOOK_MS = 20;

/** When an answer was given: the call's sending and the answer's coming, monotonic milliseconds. */
export interface Heard {
  readonly sentAt: number;
  readonly seenAt: number;
}

/**
 * One limit of one key as it was last told. Until its reset what was left counts, and grows where the provider refills
 * evenly; after it nothing is known but the size of the limit. All times are monotonic milliseconds.
 */
export class QuotaMeter {
  #told: LearnedLimit;
  #sentAt: number;
  #seenAt: number;
  /** Most that was ever seen to be left, for a limit without a size. */
  #highest: number;
  #fixedUntil = Number.NEGATIVE_INFINITY;

  constructor(told: LearnedLimit, { sentAt, seenAt }: Heard) {
    this.#told = told;
    this.#sentAt = sentAt;
    this.#seenAt = seenAt;
    this.#highest = told.remaining;
    this.#note(told, seenAt);
  }

  get told(): LearnedLimit {
    return this.#told;
  }

  get times(): Heard {
    return { sentAt: this.#sentAt, seenAt: this.#seenAt };
  }

  get resetAt(): number {
    return this.#seenAt + this.#told.resetMs;
  }

  /** Takes a newer answer in. Of two answers that may have crossed the lower one counts; what is older is left out. */
  hear(told: LearnedLimit, { sentAt, seenAt }: Heard): void {
    this.#highest = Math.max(this.#highest, told.remaining);
    this.#note(told, seenAt);
    if (seenAt < this.resetAt) {
      if (sentAt <= this.#sentAt - GRACE_MS) return;
      if (sentAt < this.#sentAt + GRACE_MS && told.remaining > this.level(seenAt)) return;
    }
    this.#told = told;
    this.#sentAt = Math.max(this.#sentAt, sentAt);
    this.#seenAt = seenAt;
  }

  /** Calls sent before this are counted in what was told, or have come back since. */
  since(now: number): number {
    const told = this.#sentAt - GRACE_MS;
    if (now < this.resetAt) return told;
    // A bucket that is full again by itself still lacks what was sent since; a new window lacks what is on its way.
    if (this.#isEven(now)) return Math.max(told, now - PACE_MS);
    return Math.max(told, this.resetAt - GRACE_MS, now - Math.max(GRACE_MS, this.#told.resetMs));
  }

  /** What is left as far as is known, without calls sent since. */
  level(now: number): number {
    const { remaining, limit, resetMs, isGuessed } = this.#told;
    if (now >= this.resetAt) return isGuessed ? Math.max(1, remaining) : this.#most;
    if (limit === null || !this.#isEven(now)) return remaining;
    const refilled = (Math.max(0, limit - remaining) * Math.max(0, now - this.#seenAt)) / resetMs;
    return remaining + Math.floor(refilled);
  }

  /** How long until `need` may be sent, ms; 0 is now. `pending` is what was sent since `since`. */
  waitMs(need: number, pending: number, now: number): number {
    // What is larger than the whole limit is sent when all of it is there, for the provider to say so.
    const wanted = Math.min(need, this.#most);
    if (wanted <= 0 || this.level(now) - pending >= wanted) return 0;
    if (now >= this.resetAt) return LOOK_MS;
    const untilResetMs = this.resetAt - now;
    const { remaining, limit, resetMs } = this.#told;
    const missing = wanted + pending - remaining;
    if (limit === null || !this.#isEven(now) || missing > limit - remaining) return untilResetMs;
    const readyAt = this.#seenAt + Math.ceil((missing * resetMs) / (limit - remaining));
    return Math.min(untilResetMs, Math.max(1, readyAt - now));
  }

  /** What comes back in `PACE_MS`; `null` where it does not come evenly, or nobody knows. */
  pace(now: number): number | null {
    const { limit, remaining, resetMs } = this.#told;
    if (limit === null || resetMs === 0 || !this.#isEven(now)) return null;
    return (Math.max(1, limit - remaining) * PACE_MS) / resetMs;
  }

  get #most(): number {
    return Math.max(1, this.#told.limit ?? this.#highest);
  }

  #isEven(now: number): boolean {
    const { refill } = this.#told;
    return refill === "evenly" || (refill === "unsaid" && now >= this.#fixedUntil && isEven(this.#told) !== false);
  }

  #note(told: LearnedLimit, now: number): void {
    if (told.refill === "unsaid" && isEven(told) === false) this.#fixedUntil = now + FIXED_MS;
  }
}

/** Windows that providers count in, ms. */
const WINDOWS_MS = [60_000, 3_600_000, 86_400_000];
const TOLERANCE = 0.1;

/**
 * Whether the numbers are those of a bucket that refills evenly: what was used comes back in that part of a window.
 * `null` where nothing was used, which says nothing.
 */
function isEven({ limit, remaining, resetMs, stepMs, isGuessed }: LearnedLimit): boolean | null {
  if (limit === null || isGuessed || remaining > limit) return false;
  const used = limit - remaining;
  if (used === 0) return null;
  return WINDOWS_MS.some((windowMs) => {
    const tolerated = Math.max(resetMs * TOLERANCE, windowMs / limit, stepMs);
    return Math.abs(resetMs - (used / limit) * windowMs) <= tolerated;
  });
}
