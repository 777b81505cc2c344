import { Bucket } from "./bucket.ts";
import type { Rate } from "./limit-rule.ts";

/** Slots of a window: what lapses with one is 1/256 of the rate, so that with a burst of 1 % it is below 2 %. */
const SLOTS = 256;

/** What a call under way gives back may be room at any moment: nobody who is told to wait is told more, ms. */
const GIVEN_BACK_MS = 1_000;

/** What was let in within one slot of time. */
interface Slot {
  readonly index: number;
  /** What those calls have used, and may use while they are under way. */
  weight: number;
  /** What they have given back. */
  unused: number;
  isOver: boolean;
}

/** What one call has taken. */
export interface Reservation {
  readonly slot: Slot;
  readonly tokens: number;
}

/**
 * A bucket of tokens that calls reserve and of which they give back what they have not used. What no longer fits the
 * burst is kept until a window after it was reserved, for others. Over any window at most
 * `amount * (1 + 1/256) + max(burst, dearest)` is let in, where calls that are over count as what they have used. Times
 * are monotonic milliseconds.
 */
export class TokenBucket {
  readonly #bucket: Bucket;
  /** Given back beyond the burst. */
  #spare = 0;
  /** Slots of the last window that are not empty, the oldest first. */
  #slots: Slot[] = [];
  /** Sums over those. */
  #weight = 0;
  #unused = 0;
  /** Calls that are not over. */
  #underWay = 0;

  constructor(rate: Rate, now: number) {
    this.#bucket = new Bucket(rate, now);
  }

  get rate(): Rate {
    return this.#bucket.rate;
  }

  /** What could be taken now, whole tokens; below zero while it owes. */
  level(now: number): number {
    this.#lapse(now);
    return Math.min(this.#bucket.level(now) + this.#spare, Math.floor(this.#room()));
  }

  /** Milliseconds until so much may be let in, or a second where calls under way may give back before; 0 is now. */
  waitMs(cost: number, now: number): number {
    this.#lapse(now);
    const needed = Math.min(cost, this.rate.burst);
    const roomMs = this.#roomMs(needed, now);
    const soonestMs = this.#underWay > 0 ? Math.min(roomMs, GIVEN_BACK_MS) : roomMs;
    return Math.max(this.#bucket.waitMs(needed - this.#spare, now), soonestMs);
  }

  /** Reserves what `waitMs` has admitted. */
  take(tokens: number, now: number): Reservation {
    const index = Math.floor(now / this.#slotMs());
    let slot = this.#slots.at(-1);
    if (slot === undefined || slot.index < index) {
      slot = { index, weight: 0, unused: 0, isOver: false };
      this.#slots.push(slot);
    }
    slot.weight += tokens;
    this.#weight += tokens;
    this.#underWay += 1;
    this.#bucket.take(tokens);
    this.#payDebt(now);
    return { slot, tokens };
  }

  /** The call is over and has used so much, less or more than it had reserved. */
  settle({ slot, tokens }: Reservation, used: number, now: number): void {
    this.#lapse(now);
    this.#underWay -= 1;
    const back = tokens - used;
    const beyond = this.#bucket.level(now) + back - this.rate.burst;
    this.#bucket.correct(back, now);
    if (!slot.isOver) this.#giveBack(slot, back, beyond);
    if (back < 0) this.#payDebt(now);
  }

  /** Goes on with another rate; what it owes stays owed. */
  change(rate: Rate, now: number): void {
    this.#forgetSlots(this.#slots.length);
    this.#spare = 0;
    this.#bucket.change(rate, now);
  }

  /** Whether it would let in no more and no less at once than a new one. */
  isFull(now: number): boolean {
    return this.level(now) >= this.rate.burst && this.#spare === 0;
  }

  #giveBack(slot: Slot, back: number, beyond: number): void {
    slot.weight -= back;
    this.#weight -= back;
    if (back <= 0) return;
    slot.unused += back;
    this.#unused += back;
    if (beyond > 0) this.#spare = Math.min(this.#unused, this.#spare + Math.min(back, beyond));
  }

  /** The bucket pays first, because it refills only while it is not full. */
  #payDebt(now: number): void {
    if (this.#spare === 0) return;
    const paid = Math.min(this.#spare, Math.max(0, -this.#bucket.level(now)));
    this.#spare -= paid;
    this.#bucket.take(-paid);
  }

  #slotMs(): number {
    return this.rate.windowMs / SLOTS;
  }

  /** What the window still has room for. The slots are of a window and a slot: without refunds the bucket keeps within it. */
  #room(): number {
    const { amount, burst } = this.rate;
    return amount + amount / SLOTS + burst - this.#weight;
  }

  #roomMs(needed: number, now: number): number {
    let missing = needed - this.#room();
    if (missing <= 0) return 0;
    for (const { index, weight } of this.#slots) {
      missing -= weight;
      if (missing <= 0) return Math.max(1, Math.ceil((index + 1 + SLOTS) * this.#slotMs() - now));
    }
    return this.rate.windowMs;
  }

  #lapse(now: number): void {
    const oldest = this.#slots[0];
    if (oldest === undefined) return;
    const end = Math.floor(now / this.#slotMs()) - SLOTS;
    if (oldest.index >= end) return;
    const kept = this.#slots.findIndex(({ index }) => index >= end);
    this.#forgetSlots(kept < 0 ? this.#slots.length : kept);
    this.#spare = Math.min(this.#spare, this.#unused);
  }

  #forgetSlots(count: number): void {
    for (const slot of this.#slots.splice(0, count)) {
      slot.isOver = true;
      this.#weight -= slot.weight;
      this.#unused -= slot.unused;
    }
  }
}
