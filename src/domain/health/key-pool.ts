import { fullJitterMs } from "../../kit/backoff.ts";

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
 * rests and the next one steps in. All times are monotonic milliseconds. Choosing takes one step per key at most.
 */
export class KeyPool {
  readonly #restUntil: Float64Array;
  readonly #refusals: Uint8Array;
  readonly #isRefused: Uint8Array;
  #next = 0;

  /** `keys` is at least 1; a provider without keys counts as one with one. */
  constructor(keys: number) {
    const size = Math.max(1, keys);
    this.#restUntil = new Float64Array(size);
    this.#refusals = new Uint8Array(size);
    this.#isRefused = new Uint8Array(size);
  }

  get size(): number {
    return this.#restUntil.length;
  }

  /** The next key that does not rest, or the one that is back first. */
  choose(now: number): KeyChoice {
    const { size } = this;
    let soonest = 0;
    for (let step = 0; step < size; step += 1) {
      const key = (this.#next + step) % size;
      if ((this.#restUntil[key] ?? 0) <= now) {
        this.#next = (key + 1) % size;
        return key === 0 ? FIRST : { ready: true, key };
      }
      if ((this.#restUntil[key] ?? 0) < (this.#restUntil[soonest] ?? 0)) soonest = key;
    }
    const reason = this.#isRefused[soonest] === 1 ? "credentials" : "rate-limit";
    return { ready: false, key: soonest, until: this.#restUntil[soonest] ?? 0, reason };
  }

  /** Whether a key is ready. Changes nothing. */
  isReady(now: number): boolean {
    const rests = this.#restUntil;
    for (let key = 0; key < rests.length; key += 1) if ((rests[key] ?? 0) <= now) return true;
    return false;
  }

  /** How long until a key is ready, ms; 0 when one is. */
  restMs(now: number): number {
    let soonest = Number.POSITIVE_INFINITY;
    for (const until of this.#restUntil) soonest = Math.min(soonest, until);
    return Math.max(0, soonest - now);
  }

  /** Why the key that is back first rests; `null` when one is ready. */
  restReason(now: number): RestReason | null {
    const choice = this.isReady(now) ? null : this.choose(now);
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

  /** The key was taken. */
  accepted(key: number): void {
    this.#refusals[key] = 0;
  }

  #rest(key: number, until: number): void {
    this.#restUntil[key] = Math.max(this.#restUntil[key] ?? 0, until);
    this.#refusals[key] = Math.min(255, (this.#refusals[key] ?? 0) + 1);
  }
}

/** The common answer, made once. */
const FIRST: KeyChoice = { ready: true, key: 0 };
