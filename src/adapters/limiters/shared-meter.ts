import { Bucket } from "../../domain/limits/bucket.ts";
import { partOf } from "../../domain/limits/limit-rule.ts";
import type { LimitClaim, LimitKind, LimitRule, Rate } from "../../domain/limits/limit-rule.ts";

/** What a replica may hold ahead of calls, as a part of the amount: with three of them 1.5 %. */
const AHEAD_PART = 200;

/** A place under a cap becomes free when some call ends; nobody knows when. */
const PLACE_WAIT_MS = 1_000;

/** A replica by itself. */
export interface Alone {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Replicas that were last alive, this one included. */
  readonly replicas: number;
}

/** What is known after a refusal, in monotonic milliseconds. */
export interface Refused {
  /** Until when asking again is of no use. */
  readonly dryUntil: number;
  /** When there will be enough, as the shared limit said. */
  readonly freeAt: number;
}

/** What one replica holds of one limit of one subject that it shares with others. */
export class SharedMeter {
  #claim: LimitClaim;
  readonly kind: LimitKind;
  /** What may be spent without asking; below zero where calls have used more than was expected. */
  credit = 0;
  /** Of a cap: places taken by calls under way here. */
  taken = 0;
  /** Of a cap: the places that Valkey was told of last; `null` where that is not known. */
  told: number | null = 0;
  /** Monotonic milliseconds. */
  usedAt = 0;
  /** Until when as much as was refused last is not asked for again, monotonic milliseconds. */
  #dryUntil = 0;
  /** Until when it takes as the shared limit said, monotonic milliseconds: mostly longer than the pause between questions. */
  #freeAt = 0;
  #dryCost = 0;
  /** What the shared limit had left when it was last asked. */
  left: number | null = null;
  /** Decides while the shared limit is out of reach. */
  #alone: Bucket | null = null;
  #usedAlone = 0;
  /** How often its limit has become another. */
  #changes = 0;

  constructor(claim: LimitClaim, kind: LimitKind) {
    this.#claim = claim;
    this.kind = kind;
  }

  get claim(): LimitClaim {
    return this.#claim;
  }

  /** The rule was read anew. Where the limit is another, what was held ahead under the old one lapses; debts stay. */
  change(claim: LimitClaim): void {
    const before = this.#claim.rule;
    this.#claim = claim;
    if (isSameLimit(before, claim.rule, this.kind)) return;
    this.#changes += 1;
    this.credit = Math.min(0, this.credit);
    this.told = null;
    this.left = null;
    this.#alone = null;
    this.#dryUntil = 0;
    this.#freeAt = 0;
  }

  static nameOf({ rule, subject }: LimitClaim, kind: LimitKind): string {
    return `${rule.name}|${kind}|${subject}`;
  }

  get name(): string {
    return SharedMeter.nameOf(this.claim, this.kind);
  }

  /** Of a cap: places that are taken or may be without asking. */
  get keeps(): number {
    return this.taken + Math.max(0, this.credit);
  }

  get rate(): Rate | null {
    return this.kind === "concurrent" ? null : this.claim.rule[this.kind];
  }

  /** What is worth holding ahead of calls. */
  get ahead(): number {
    return this.rate === null ? 0 : Math.floor(this.rate.amount / AHEAD_PART);
  }

  refused(cost: number, { dryUntil, freeAt }: Refused): void {
    this.#dryUntil = dryUntil;
    this.#freeAt = freeAt;
    this.#dryCost = cost;
  }

  /** How long a call that is refused without asking has to wait, ms. */
  waitMs(now: number): number {
    return Math.max(0, this.#dryUntil - now, this.#freeAt - now);
  }

  /** How long a call has to wait before asking is of use, ms. */
  dryMs(cost: number, now: number): number {
    return this.credit < cost && cost >= this.#dryCost ? Math.max(0, this.#dryUntil - now) : 0;
  }

  /** While the shared limit is out of reach: how long a call waits for this replica's part of it, ms; 0 is now. */
  aloneMs(cost: number, { now, replicas }: Alone): number {
    if (this.credit >= cost) return 0;
    const { rate } = this;
    if (rate === null) {
      const places = Math.max(1, Math.floor((this.claim.rule.concurrent ?? 0) / replicas));
      return this.taken < places ? 0 : PLACE_WAIT_MS;
    }
    // It begins with what was left, so that each loss of the connection does not bring one burst more.
    const level = Math.floor((this.left ?? rate.burst) / replicas);
    this.#alone ??= new Bucket(partOf(rate, replicas), now, Math.max(0, level));
    return this.#alone.waitMs(cost, now);
  }

  /** Spends what `credit` or `aloneMs` has admitted; gives what settles it with the tokens that were used. */
  spend(cost: number): (used: number) => void {
    const changes = this.#changes;
    this.#take(cost);
    return (used) => {
      if (this.kind === "concurrent") this.#leave();
      else if (this.kind === "tokens") this.#correct(cost - used, changes === this.#changes);
    };
  }

  #take(cost: number): void {
    if (this.kind === "concurrent") this.taken += 1;
    if (this.kind === "concurrent" || this.credit >= cost || this.#alone === null) {
      this.credit -= cost;
      return;
    }
    this.#alone.take(cost);
    this.#usedAlone += cost;
  }

  #leave(): void {
    this.taken -= 1;
    this.credit += 1;
  }

  /** What a call of an earlier limit has not used pays what is owed, and is nothing to spend under this one. */
  #correct(back: number, isSameLimit: boolean): void {
    const most = isSameLimit ? Number.POSITIVE_INFINITY : Math.max(0, this.credit);
    this.credit = Math.min(most, this.credit + back);
  }

  /**
   * The shared limit is within reach again. It has refilled meanwhile by no more than a burst: as much of what was let
   * in without it is taken from it.
   */
  rejoin(replicas: number): void {
    if (this.rate !== null) this.credit -= Math.min(this.#usedAlone, Math.ceil(this.rate.burst / replicas));
    this.#alone = null;
    this.#usedAlone = 0;
  }

  /** The eight values of the script for what calls want: the least of them, and all together. */
  order({ least, sum }: { readonly least: number; readonly sum: number }, back: number): readonly (string | number)[] {
    const beyond = (cost: number): number => Math.max(0, cost - this.credit);
    const wanted = beyond(sum) + (sum > 0 ? this.ahead : 0);
    const { rate } = this;
    if (rate === null) return ["c", this.claim.rule.concurrent ?? 0, 0, 0, beyond(least), beyond(sum), 0, this.keeps];
    return ["b", rate.amount, rate.windowMs, rate.burst, beyond(least), wanted, back, 0];
  }
}

function isSameLimit(one: LimitRule, other: LimitRule, kind: LimitKind): boolean {
  if (kind === "concurrent") return one.concurrent === other.concurrent;
  const [before, after] = [one[kind], other[kind]];
  if (before === null || after === null) return before === after;
  return before.amount === after.amount && before.windowMs === after.windowMs && before.burst === after.burst;
}
