import { fullJitterMs } from "../../kit/backoff.ts";
import { chooseWarm } from "../prompt-cache/choose-warm.ts";
import { KeyQuota } from "../limits/learned/key-quota.ts";
import { ONE_REQUEST } from "../limits/learned/learned-limit.ts";
import type { Need } from "../limits/learned/learned-limit.ts";

/** Why a key rests. */
export type RestReason = "rate-limit" | "credentials";

/** What a 429 said: how long the provider asks to be left alone, ms, or `null`; and a draw in [0, 1). */
export interface Limited {
  readonly askedMs: number | null;
  readonly random: number;
}

/** A key to use, or until when every key rests (monotonic ms) and why the one that is back first does. */
export type KeyChoice =
  | { readonly ready: true; readonly key: number }
  | { readonly ready: false; readonly key: number; readonly until: number; readonly reason: RestReason };

/** A refused key is tried again after this long: it may have been unlocked or paid for, ms. */
const REFUSED_MS = 60_000;
/** The rest of a limited key whose provider did not say how long: a draw that doubles from the first to the longest, ms. */
const LIMITED_FIRST_MS = 1_000;
const LIMITED_LONGEST_MS = 30_000;
/** Least added to what a provider asks for, so that waiting calls do not come back early, ms. */
const LEAST_SPREAD_MS = 10;
/** Most added to it, so that they do not come back all at once, ms. */
export const MOST_SPREAD_MS = 100;
/** A provider that asks for more is asked again after this all the same, ms. */
const MOST_MS = 600_000;

/**
 * The keys of a provider as one of its models sees them. They are used in turn; a key that was refused or limited
 * rests and the next one steps in, and so it is with one of which is known that it has nothing left. All times are monotonic milliseconds. Choosing takes one step per key at most.
 */
export class KeyPool {
  readonly #restUntil: Float64Array;
  readonly #refusals: Uint8Array;
  readonly #isRefused: Uint8Array;
  /** Attempts under way by key. */
  readonly #inFlight: Uint32Array;
  readonly #quotas: readonly KeyQuota[];
  readonly #names: readonly string[];
  #next = 0;

  /**
   * `keys` is at least 1; a provider without keys counts as one with one. By their `names` keys are told apart where
   * their order may change; absent is by position.
   */
  constructor(keys: number, names?: readonly string[]) {
    const size = Math.max(1, keys);
    this.#names = Array.from({ length: size }, (_, key) => names?.[key] ?? String(key));
    this.#restUntil = new Float64Array(size);
    this.#refusals = new Uint8Array(size);
    this.#isRefused = new Uint8Array(size);
    this.#inFlight = new Uint32Array(size);
    this.#quotas = Array.from({ length: size }, () => new KeyQuota());
  }

  get size(): number {
    return this.#restUntil.length;
  }

  /** What is known of the limits of a key. Throws RangeError for a number that no key has. */
  quotaOf(key: number): KeyQuota {
    const quota = this.#quotas[key];
    if (quota === undefined) throw new RangeError(`There is no key ${key}.`);
    return quota;
  }

  /** Whether tokens matter to the choice. */
  get countsTokens(): boolean {
    return this.#quotas.some(({ countsTokens }) => countsTokens);
  }

  /** Forgets what was told of the limits of all keys. */
  forgetLimits(): void {
    for (const quota of this.#quotas) quota.forget();
  }

  /** Calls that the providers of all keys let in again within `PACE_MS`; 0 where nobody knows. */
  pace(now: number): number {
    return this.#quotas.reduce((sum, quota) => sum + quota.pace(now), 0);
  }

  /**
   * The next key that does not rest and has enough left, or the one that is back first. With a `beginning` it is the
   * one whose account has that in its prompt cache, among those that are ready and have room.
   */
  choose(now: number, need: Need = ONE_REQUEST, beginning?: string): KeyChoice {
    const { size } = this;
    const warm = beginning === undefined || size === 1 ? null : this.#warmKey(now, need, beginning);
    if (warm !== null) return { ready: true, key: warm };
    let soonest = 0;
    let until = Number.POSITIVE_INFINITY;
    for (let step = 0; step < size; step += 1) {
      const key = (this.#next + step) % size;
      const readyAt = this.#readyAt(key, need, now);
      if (readyAt <= now) {
        this.#next = (key + 1) % size;
        return key === 0 ? FIRST : { ready: true, key };
      }
      if (readyAt < until) [soonest, until] = [key, readyAt];
    }
    const isRefused = this.#isRefused[soonest] === 1 && (this.#restUntil[soonest] ?? 0) > now;
    return { ready: false, key: soonest, until, reason: isRefused ? "credentials" : "rate-limit" };
  }

  /** Whether a key is ready. Changes nothing. */
  isReady(now: number, need: Need = ONE_REQUEST): boolean {
    return this.restMs(now, need) === 0;
  }

  /** How long until a key is ready, ms; 0 when one is. */
  restMs(now: number, need: Need = ONE_REQUEST): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (let key = 0; key < this.size; key += 1) {
      soonest = Math.min(soonest, this.#readyAt(key, need, now));
      if (soonest <= now) return 0;
    }
    return soonest - now;
  }

  /** Why the key that is back first rests; `null` when one is ready. */
  restReason(now: number, need: Need = ONE_REQUEST): RestReason | null {
    const choice = this.isReady(now, need) ? null : this.choose(now, need);
    return choice === null || choice.ready ? null : choice.reason;
  }

  /**
   * The key was answered 429: it rests as long as the provider asked for, or for a time drawn with `random` in
   * [0, 1).
   */
  limited(key: number, now: number, { askedMs, random }: Limited): void {
    const retry = this.#refusals[key] ?? 0;
    const restMs =
      askedMs === null
        ? fullJitterMs({ retry, firstMs: LIMITED_FIRST_MS, longestMs: LIMITED_LONGEST_MS, random })
        : Math.min(MOST_MS, askedMs) + LEAST_SPREAD_MS + (MOST_SPREAD_MS - LEAST_SPREAD_MS) * random;
    this.#rest(key, now + restMs);
    this.#isRefused[key] = 0;
  }

  /** The key was answered 401, 402 or 403. A single key does not rest: nobody could take its place. */
  refused(key: number, now: number): void {
    if (this.size === 1) return;
    this.#rest(key, now + REFUSED_MS);
    this.#isRefused[key] = 1;
  }

  /** Another server was told to leave the key alone until then. */
  rested(key: number, until: number, now: number): void {
    const isNews = until > now + MOST_SPREAD_MS && until > (this.#restUntil[key] ?? 0) + MOST_SPREAD_MS;
    if (!isNews) return;
    this.#restUntil[key] = Math.min(until, now + MOST_MS);
    this.#isRefused[key] = 0;
  }

  /** How long a key rests after a 429, ms; 0 when it does not. */
  limitedMs(key: number, now: number): number {
    return this.#isRefused[key] === 1 ? 0 : Math.max(0, (this.#restUntil[key] ?? 0) - now);
  }

  /** How long a key rests, ms, and why; `null` where it does not. What it has left of its limits is no rest. */
  restOf(key: number, now: number): { readonly ms: number; readonly reason: RestReason } | null {
    const ms = (this.#restUntil[key] ?? 0) - now;
    return ms <= 0 ? null : { ms, reason: this.#isRefused[key] === 1 ? "credentials" : "rate-limit" };
  }

  /** An attempt with the key is under way. */
  began(key: number): void {
    this.#inFlight[key] = (this.#inFlight[key] ?? 0) + 1;
  }

  /** It is over. */
  ended(key: number): void {
    this.#inFlight[key] = Math.max(0, (this.#inFlight[key] ?? 0) - 1);
  }

  /** The key was taken. */
  accepted(key: number): void {
    this.#refusals[key] = 0;
  }

  #readyAt(key: number, need: Need, now: number): number {
    const until = this.#restUntil[key] ?? 0;
    const quota = this.#quotas[key];
    // The common case: nothing was ever told of the key.
    if (quota === undefined || !quota.isKnown) return until;
    return Math.max(until, now + quota.waitMs(need, now));
  }

  #warmKey(now: number, need: Need, beginning: string): number | null {
    const ready = Array.from(this.#restUntil.keys()).filter((key) => this.#readyAt(key, need, now) <= now);
    const places = ready.map((key) => ({
      name: this.#names[key] ?? "",
      weight: 1,
      inFlight: this.#inFlight[key] ?? 0,
    }));
    return ready[chooseWarm(places, beginning)] ?? null;
  }

  #rest(key: number, until: number): void {
    this.#restUntil[key] = Math.max(this.#restUntil[key] ?? 0, until);
    this.#refusals[key] = Math.min(255, (this.#refusals[key] ?? 0) + 1);
  }
}

/** The common answer, made once. */
const FIRST: KeyChoice = { ready: true, key: 0 };
