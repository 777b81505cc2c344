import { Bucket } from "../../domain/limits/bucket.ts";
import type { LimitClaim, Rate } from "../../domain/limits/limit-rule.ts";
import { TokenBucket } from "../../domain/limits/token-bucket.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Limiter, LimiterCounts, LimitPass, LimitRefusal, LimitState } from "../../ports/limiter.ts";

/** Buckets kept before full ones are forgotten. */
const MOST_METERS = 200_000;
/** How often full buckets are looked for where there are too many, ms. */
const SWEEP_MS = 1_000;
/** A place under a cap becomes free when some call ends; nobody knows when. */
const PLACE_WAIT_MS = 1_000;

interface Taken {
  readonly claim: LimitClaim;
  readonly kind: "requests" | "tokens";
  readonly bucket: Bucket | TokenBucket;
  readonly cost: number;
}

/** What is open of one claim until it is settled with the tokens used, and when (monotonic milliseconds). */
interface Part {
  readonly claim: LimitClaim;
  readonly settle: (used: number, now: number) => void;
}

interface Place {
  readonly claim: LimitClaim;
  readonly place: string;
}

/** What of a limit is looked up, and when (monotonic milliseconds). */
interface Metered {
  readonly kind: Taken["kind"];
  readonly rate: Rate;
  readonly now: number;
}

/** What a call takes of every limit by tokens, and when (monotonic milliseconds). */
interface Wanted {
  readonly tokens: number;
  readonly now: number;
}

/** Limits of one process, exact. */
export class LocalLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket | TokenBucket>();
  readonly #places = new Map<string, number>();
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  take(claims: readonly LimitClaim[], tokens: number): LimitPass | LimitRefusal {
    const now = this.#clock.elapsed();
    const taken: Taken[] = [];
    for (const claim of claims) this.#addBuckets(taken, claim, { tokens, now });
    for (const { claim, kind, bucket, cost } of taken) {
      const waitMs = bucket.waitMs(cost, now);
      if (waitMs > 0) return { claim, kind, retryAfterMs: waitMs, states: statesOf(taken, now) };
    }
    const places: Place[] = [];
    for (const claim of claims) {
      if (claim.rule.concurrent === null) continue;
      const place = placeOf(claim);
      places.push({ claim, place });
      if ((this.#places.get(place) ?? 0) < claim.rule.concurrent) continue;
      return { claim, kind: "concurrent", retryAfterMs: PLACE_WAIT_MS, states: statesOf(taken, now) };
    }
    const parts: Part[] = [];
    for (const { claim, bucket, cost } of taken) {
      if (bucket instanceof Bucket) bucket.take(cost);
      else parts.push({ claim, settle: reserve(bucket, cost, now) });
    }
    for (const { claim, place } of places) {
      this.#move(place, 1);
      parts.push({ claim, settle: () => this.#move(place, -1) });
    }
    return this.#pass(parts, statesOf(taken, now));
  }

  counts(): LimiterCounts {
    return { meters: this.#buckets.size + this.#places.size, shared: false };
  }

  async close(): Promise<void> {}

  #pass(parts: readonly Part[], states: readonly LimitState[]): LimitPass {
    let open = parts;
    return {
      states,
      settle: (used, only) => {
        const over = only === undefined ? open : open.filter(({ claim }) => only.includes(claim));
        open = only === undefined ? [] : open.filter(({ claim }) => !only.includes(claim));
        const now = this.#clock.elapsed();
        for (const { settle } of over) settle(used ?? 0, now);
      },
    };
  }

  #addBuckets(taken: Taken[], claim: LimitClaim, { tokens, now }: Wanted): void {
    const { requests, tokens: perToken } = claim.rule;
    if (requests !== null) {
      taken.push({
        claim,
        kind: "requests",
        bucket: this.#bucket(claim, { kind: "requests", rate: requests, now }),
        cost: 1,
      });
    }
    if (perToken !== null && tokens > 0) {
      taken.push({
        claim,
        kind: "tokens",
        bucket: this.#bucket(claim, { kind: "tokens", rate: perToken, now }),
        cost: tokens,
      });
    }
  }

  #bucket({ rule, subject }: LimitClaim, { kind, rate, now }: Metered): Bucket | TokenBucket {
    const key = `${rule.name}|${kind}|${subject}`;
    const known = this.#buckets.get(key);
    if (known !== undefined) {
      if (!isSameRate(known.rate, rate)) known.change(rate, now);
      return known;
    }
    if (this.#buckets.size >= MOST_METERS) this.#forgetFull(now);
    const bucket = kind === "requests" ? new Bucket(rate, now) : new TokenBucket(rate, now);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  /** A full bucket is as good as a new one. Where none is full, the oldest goes: memory is bounded before all else. */
  #forgetFull(now: number): void {
    if (now - this.#sweptAt >= SWEEP_MS) {
      this.#sweptAt = now;
      for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    }
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size >= MOST_METERS && oldest !== undefined) this.#buckets.delete(oldest);
  }

  #move(place: string, by: number): void {
    const taken = (this.#places.get(place) ?? 0) + by;
    if (taken <= 0) this.#places.delete(place);
    else this.#places.set(place, taken);
  }
}

function reserve(bucket: TokenBucket, tokens: number, takenAt: number): Part["settle"] {
  const reservation = bucket.take(tokens, takenAt);
  return (used, now) => bucket.settle(reservation, used, now);
}

const statesOf = (taken: readonly Taken[], now: number): readonly LimitState[] =>
  taken.map(({ claim, kind, bucket }) => ({
    rule: claim.rule,
    kind,
    remaining: Math.max(0, bucket.level(now)),
    resetMs: bucket.waitMs(bucket.rate.burst, now),
  }));

const placeOf = ({ rule, subject }: LimitClaim): string => `${rule.name}|${subject}`;

const isSameRate = (one: Rate, other: Rate): boolean =>
  one.amount === other.amount && one.windowMs === other.windowMs && one.burst === other.burst;
