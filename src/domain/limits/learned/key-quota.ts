import { MOST_LIMITS, ONE_REQUEST } from "./learned-limit.ts";
import type { LearnedLimit, LimitUnit, Need } from "./learned-limit.ts";
import { QuotaMeter } from "./quota-meter.ts";
import type { Heard } from "./quota-meter.ts";

/** A call that was sent with a key and has not been answered. */
export interface SentCall {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly need: Need;
}

/** A limit as it was told, and how long ago, ms: since the call was sent that learnt it, and since it was answered. */
export interface ToldLimit {
  readonly told: LearnedLimit;
  readonly sentAgoMs: number;
  readonly seenAgoMs: number;
}

/** What calls that are not answered take, and how long ago they were sent, ms. */
export interface AgedNeed {
  readonly agoMs: number;
  readonly need: Need;
}

/** How a limit of a key stands, for people. */
export interface QuotaStanding {
  readonly told: LearnedLimit;
  /** What is left as far as is known, without calls under way; never below 0. */
  readonly left: number;
  /** Until it is full again, ms; 0 when what was told is over. */
  readonly resetMs: number;
}

/** Calls are added up in steps of this, ms. */
const SLOT_MS = 100;
/** Steps kept: a minute of calls that were never answered. */
const MOST_SLOTS = 600;
/** Other replicas are told of calls under way that are younger than this, ms: older ones were counted long ago. */
const SHARED_MS = 10_000;
/** Replicas whose calls are remembered. */
const MOST_OTHERS = 64;

type Sums = Record<LimitUnit, number>;

/**
 * What is known of the limits of one key for one model: what its provider told last, less what was sent since. Bounded
 * in memory; choosing takes a step per limit, and one per tenth of a second of calls under way where it is tight. All
 * times are monotonic milliseconds.
 */
export class KeyQuota {
  #meters: Map<string, QuotaMeter> | null = null;
  readonly #slots = new Map<number, Sums>();
  readonly #total: Sums = { ...ONE_REQUEST, requests: 0 };
  /** Calls under way elsewhere, by replica: when they were sent, and what they take. */
  readonly #others = new Map<string, readonly SentCall[]>();
  #countsTokens = false;

  /** Whether tokens matter here: a call's own are worth counting. */
  get countsTokens(): boolean {
    return this.#countsTokens;
  }

  /** Whether anything was told. */
  get isKnown(): boolean {
    return this.#meters !== null;
  }

  /** How long until a call may be sent, ms; 0 is now. */
  waitMs(need: Need, now: number): number {
    if (this.#meters === null) return 0;
    let waitMs = 0;
    for (const meter of this.#meters.values()) {
      const { unit } = meter.told;
      const wanted = need[unit];
      // All that is under way is never less than what was sent since.
      if (this.#others.size === 0 && meter.level(now) - this.#total[unit] >= wanted) continue;
      waitMs = Math.max(waitMs, meter.waitMs(wanted, this.#pending(meter, now), now));
    }
    return waitMs;
  }

  /** A call goes out: until it is answered it counts against what is left. */
  sent(need: Need, now: number): SentCall {
    this.#count({ at: now, need }, 1);
    return { at: now, need };
  }

  /** The call has reached nobody. */
  unsent(call: SentCall): void {
    this.#count(call, -1);
  }

  /** The call was answered, with these limits; none where the provider said nothing. */
  answered(call: SentCall, limits: readonly LearnedLimit[], now: number): void {
    this.#count(call, -1);
    if (limits.length > 0) this.heard(limits, { sentAt: call.at, seenAt: now });
  }

  /** Calls under way here, for others. */
  underWay(now: number): readonly AgedNeed[] {
    const young = [...this.#slots].filter(([slot]) => endOf(slot) > now - SHARED_MS);
    return young.map(([slot, sums]) => ({ agoMs: Math.max(0, now - endOf(slot)), need: { ...sums } }));
  }

  /** Calls that another replica has under way with this key; they take the place of what it told before. */
  underWayElsewhere(replica: string, calls: readonly SentCall[], now: number): void {
    for (const [other, known] of this.#others) {
      if (other === replica || known.every(({ at }) => at < now - SHARED_MS)) this.#others.delete(other);
    }
    if (calls.length > 0 && this.#others.size < MOST_OTHERS) this.#others.set(replica, calls);
  }

  /** What somebody learnt with this key. */
  heard(limits: readonly LearnedLimit[], times: Heard): void {
    const meters = (this.#meters ??= new Map());
    for (const told of limits) {
      const known = meters.get(told.id);
      if (known !== undefined) known.hear(told, times);
      else if (meters.size < MOST_LIMITS) meters.set(told.id, new QuotaMeter(told, times));
      this.#countsTokens ||= told.unit !== "requests";
    }
  }

  /** Forgets what was told; calls under way are still counted. */
  forget(): void {
    this.#meters = null;
    this.#countsTokens = false;
  }

  /** Calls that come back in `PACE_MS`; 0 where nobody knows. */
  pace(now: number): number {
    for (const meter of this.#meters?.values() ?? []) {
      const pace = meter.told.unit === "requests" ? meter.pace(now) : null;
      if (pace !== null) return pace;
    }
    return 0;
  }

  /** What is still believed, for others. */
  told(now: number): readonly ToldLimit[] {
    const meters = [...(this.#meters?.values() ?? [])].filter(({ resetAt }) => resetAt > now);
    return meters.map(({ told, times: { sentAt, seenAt } }) => ({
      told,
      sentAgoMs: Math.max(0, now - sentAt),
      seenAgoMs: Math.max(0, now - seenAt),
    }));
  }

  standings(now: number): readonly QuotaStanding[] {
    return [...(this.#meters?.values() ?? [])].map((meter) => ({
      told: meter.told,
      left: Math.max(0, meter.level(now) - this.#pending(meter, now)),
      resetMs: Math.max(0, meter.resetAt - now),
    }));
  }

  /** What was sent since a limit was told, here and elsewhere. */
  #pending(meter: QuotaMeter, now: number): number {
    const { unit } = meter.told;
    const since = meter.since(now);
    let sum = 0;
    for (const [slot, sums] of this.#slots) if (endOf(slot) > since) sum += sums[unit];
    const sinceElsewhere = Math.max(since, now - SHARED_MS);
    for (const calls of this.#others.values()) {
      for (const { at, need } of calls) if (at > sinceElsewhere) sum += need[unit];
    }
    return sum;
  }

  #count({ at, need }: SentCall, times: 1 | -1): void {
    const slot = Math.floor(at / SLOT_MS);
    let sums = this.#slots.get(slot);
    if (sums === undefined) {
      // Its step was dropped, and its part of the sums with it.
      if (times < 0) return;
      sums = { ...ONE_REQUEST, requests: 0 };
      this.#slots.set(slot, sums);
      if (this.#slots.size > MOST_SLOTS) this.#dropOldest();
    }
    add(sums, need, times);
    add(this.#total, need, times);
    if (sums.requests === 0) this.#slots.delete(slot);
  }

  #dropOldest(): void {
    const [oldest] = this.#slots;
    if (oldest === undefined) return;
    add(this.#total, oldest[1], -1);
    this.#slots.delete(oldest[0]);
  }
}

const endOf = (slot: number): number => (slot + 1) * SLOT_MS;

function add(sums: Sums, need: Need, times: 1 | -1): void {
  sums.requests += times * need.requests;
  sums.tokens += times * need.tokens;
  sums["input-tokens"] += times * need["input-tokens"];
  sums["output-tokens"] += times * need["output-tokens"];
}
