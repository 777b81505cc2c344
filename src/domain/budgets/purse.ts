import type { BudgetAccount } from "./budget-rule.ts";

/** What a replica likes to hold beside its calls under way. When it is killed, this is lost to the budget. */
export interface Ahead {
  /** The spending of so many seconds. */
  readonly seconds: number;
  /** At least the worst case of so many calls, each as dear as the dearest so far. */
  readonly calls: bigint;
}

/** Where a database server keeps the books: long enough to outlast its restart. */
export const AHEAD_OF_SERVER: Ahead = { seconds: 240, calls: 4n };
/** Where this process keeps them itself: they are there as long as it is, a call that asks waits a millisecond. */
export const AHEAD_OF_OWN: Ahead = { seconds: 5, calls: 0n };

/**
 * One part in so many of a budget is left to live calls by what nobody waits for: it stops where people are told that a
 * budget is nearly spent, so that it never takes what a live call would have had from there on.
 */
const LIVE_PART = 10n;

/** The spending of this many seconds is what the near future is judged by. */
const MEMORY_S = 30;

/**
 * What one replica holds of one account. Money moves: granted by the bank, reserved for calls, settled at their end;
 * what is free is reserved again or returned. Pico-dollars; times are monotonic milliseconds.
 */
export class Purse {
  /** As last configured; its id never changes. */
  account: BudgetAccount;
  /** Name of the lease: a purse that is opened again has a new one, because its totals begin again. */
  readonly lease: string;
  /** The limit as last configured. */
  limitPico: bigint;
  grantedPico = 0n;
  settledPico = 0n;
  returnedPico = 0n;
  reservedPico = 0n;
  /** What the bank was told last. */
  #toldSettled = 0n;
  #toldReturned = 0n;
  #toldPercent = 0;
  /** What the bank had left, and what all replicas had settled, when it was last asked. */
  roomPico: bigint | null = null;
  totalSettledPico = 0n;
  /** Until when nobody asks the bank again for as much as it has just refused. */
  #dryUntil = 0;
  #dryPico = 0n;
  usedAt: number;
  /** A call was refused and the bank does not know. */
  wasRefused = false;
  /** The highest threshold that people were told of, percent, by this replica and of this limit. */
  toldPercent = 0;
  #perSecond = 0;
  #spentAt: number;
  readonly #openedAt: number;
  #dearest = 0n;
  /** Everything was given back: nothing is asked for before a call comes. */
  #isResting = false;
  readonly #ahead: Ahead;

  constructor(
    account: BudgetAccount,
    { lease, ahead }: { readonly lease: string; readonly ahead: Ahead },
    now: number,
  ) {
    this.account = account;
    this.lease = lease;
    this.#ahead = ahead;
    this.limitPico = account.limitPico;
    this.usedAt = now;
    this.#spentAt = now;
    this.#openedAt = now;
  }

  /** What may be reserved at once; below zero where calls went on without the bank. */
  get freePico(): bigint {
    return this.grantedPico - this.settledPico - this.returnedPico - this.reservedPico;
  }

  /** The most that the budget comes to where somebody who nobody waits for takes from it. */
  get sparePico(): bigint {
    return this.limitPico - this.limitPico / LIVE_PART;
  }

  /** Whether what nobody waits for may take an amount: what is left then, and held by nobody, is for live calls. */
  sparesLive(amount: bigint): boolean {
    return (this.roomPico ?? 0n) + this.freePico - amount >= this.limitPico - this.sparePico;
  }

  get isDirty(): boolean {
    const isTold = this.settledPico === this.#toldSettled && this.returnedPico === this.#toldReturned;
    return !isTold || this.toldPercent !== this.#toldPercent || this.wasRefused;
  }

  /** A call wants an amount, be it there or not. */
  want(amount: bigint, now: number): void {
    this.usedAt = now;
    this.#isResting = false;
    if (amount > this.#dearest) this.#dearest = amount;
  }

  reserve(amount: bigint, now: number): void {
    this.want(amount, now);
    this.reservedPico += amount;
  }

  /** The bank has refused an amount. */
  refused(amount: bigint, until: number): void {
    this.#dryUntil = until;
    this.#dryPico = amount;
  }

  isDryOf(amount: bigint, now: number): boolean {
    return now < this.#dryUntil && amount >= this.#dryPico && amount > this.freePico;
  }

  /** The budget was changed: what was refused may fit now, and of one that was cut nothing is held any more. */
  changeLimit(limitPico: bigint): void {
    if (limitPico < this.limitPico && this.freePico > 0n) this.returnedPico += this.freePico;
    this.limitPico = limitPico;
    this.#dryUntil = 0;
    this.toldPercent = 0;
    this.#toldPercent = 0;
  }

  /** Ends a reservation with what was really spent of it. */
  settle(amount: bigint, cost: bigint, now: number): void {
    this.reservedPico -= amount;
    this.settledPico += cost;
    const seconds = Math.max(0, now - this.#spentAt) / 1_000;
    this.#perSecond = this.#perSecond * Math.exp(-seconds / MEMORY_S) + Number(cost) / MEMORY_S;
    this.#spentAt = now;
    this.usedAt = now;
  }

  /** What is worth holding beside the calls under way. */
  targetPico(): bigint {
    const soon = BigInt(Math.ceil(this.#rate() * this.#ahead.seconds));
    const spare = this.#dearest * this.#ahead.calls;
    return soon > spare ? soon : spare;
  }

  /** Pico-dollars a second. The weights of a young memory add up to less than 1, which is put right. */
  #rate(): number {
    const seconds = Math.max(1, (this.#spentAt - this.#openedAt) / 1_000);
    return this.#perSecond / (1 - Math.exp(-seconds / MEMORY_S));
  }

  /** What is worth holding where one part in `shareDivisor` of what is left is the most that a replica keeps. */
  #keepPico(shareDivisor: bigint): bigint {
    const target = this.targetPico();
    if (this.roomPico === null) return target;
    const share = this.roomPico > 0n ? this.roomPico / shareDivisor : 0n;
    return share < target ? share : target;
  }

  /** What to ask for ahead of calls; 0 while enough is free. */
  aheadPico(shareDivisor: bigint): bigint {
    if (this.#isResting) return 0n;
    const target = this.#keepPico(shareDivisor);
    const free = this.freePico;
    return free * 2n >= target ? 0n : target - (free > 0n ? free : 0n);
  }

  /**
   * Gives back what is not worth holding: all of it where `everything` is asked for, else what exceeds twice the
   * target or twice this replica's share of what is left. Where nothing is left, everything free goes back, so that
   * no replica sits on what another could use.
   */
  giveBack(shareDivisor: bigint, everything: boolean): void {
    const free = this.freePico;
    this.#isResting ||= everything;
    if (free <= 0n) return;
    if (everything) {
      this.returnedPico += free;
      return;
    }
    if (this.roomPico === null) return;
    const keep = this.#keepPico(shareDivisor);
    if (free > keep * 2n) this.returnedPico += free - keep;
  }

  /** Notes that the bank has taken what it was told. */
  told({ settledPico, returnedPico, toldPercent }: Pick<Purse, "settledPico" | "returnedPico" | "toldPercent">): void {
    this.#toldSettled = settledPico;
    this.#toldReturned = returnedPico;
    this.#toldPercent = toldPercent;
  }
}
