import type { Ahead } from "../domain/budgets/purse.ts";

/**
 * What the holder of a lease tells the bank of one account and asks of it. All sums are pico-dollars and totals since
 * the lease began, never differences: an order that was carried out and whose answer was lost can be given again.
 */
export interface BankOrder {
  readonly account: string;
  /** Unique over all replicas, starts and times: the name of the replica, a dot and a number. */
  readonly lease: string;
  readonly budget: string;
  readonly subject: string;
  /** Epoch milliseconds; `null` for an account without an end. */
  readonly endsAt: number | null;
  /** The budget as the holder knows it. */
  readonly limitPico: bigint;
  /** What the holder knows to have been granted. */
  readonly grantedPico: bigint;
  readonly settledPico: bigint;
  readonly returnedPico: bigint;
  /** The least further grant that is of use; 0 when none is needed. Less than this is not granted. */
  readonly needPico: bigint;
  /** What calls wait for, at least `needPico`. */
  readonly pendingPico: bigint;
  /** Most that is granted ahead of calls, beside a share of what is left. */
  readonly aheadPico: bigint;
  /** A call was refused because nearly everything is spent: the budget counts as used up. */
  readonly refused: boolean;
  /** The highest threshold that this holder has told people of since the budget was changed last, percent; 0 is none. */
  readonly toldPercent: number;
}

/** What the bank says of an account after an order. */
export interface BankAnswer {
  readonly account: string;
  /** Total granted to the lease; may have risen without being asked when what was settled is more than it had. */
  readonly grantedPico: bigint;
  /** What nobody holds: the budget less all that was spent or is held by any replica. Below zero after a cut. */
  readonly roomPico: bigint;
  /** What calls have really cost, as far as replicas have told. */
  readonly settledPico: bigint;
  /**
   * A threshold (50, 75, 90, 100 percent) that was reached and that this holder is to tell, or `null`. Said again to the
   * holder until an order has it as told, and to others when none had it for some seconds: at least one tells it.
   */
  readonly crossed: number | null;
}

/** An account as the bank keeps it. */
export interface BankAccount {
  readonly account: string;
  readonly budget: string;
  readonly subject: string;
  readonly endsAt: number | null;
  readonly limitPico: bigint;
  readonly settledPico: bigint;
  /** Held by replicas and not settled: calls under way, leases, and what replicas held when they died. */
  readonly heldPico: bigint;
  /** What of that is held by replicas that no longer live, as far as one can tell. */
  readonly deadPico: bigint;
}

/** Which account was given back how much of what dead replicas held. */
export interface BankRelease {
  readonly account: string;
  readonly subject: string;
  readonly releasedPico: bigint;
}

/**
 * Keeps the money of all replicas: grants never add up to more than the budget. What a replica was granted counts as
 * spent until it settles or returns it, so the death of a replica can waste money but never overspend.
 */
export interface BudgetBank {
  /** Divides what is left by this for the share that is granted ahead: more where many replicas draw from it. */
  readonly shareDivisor: bigint;
  /** What a replica likes to hold ahead of its calls. */
  readonly ahead: Ahead;
  /** Carries out the orders of one replica, a lease of an account at most once, in one transaction; answers in the same order. */
  exchange(orders: readonly BankOrder[]): Promise<readonly BankAnswer[]>;
  /**
   * Accounts whose window has not ended at `now` (epoch milliseconds), most used first. `replicaId` is who asks: it
   * lives, and so do those of the replica board; whoever was not heard of for an hour does not.
   */
  list(now: number, limit: number, replicaId: string): Promise<readonly BankAccount[]>;
  /**
   * Gives back what dead replicas (see `list`) hold of all accounts of a budget. What they had spent without telling is
   * then counted nowhere: an operator decides that, never the machine.
   */
  release(budget: string, replicaId: string): Promise<readonly BankRelease[]>;
  /** Forgets accounts that ended before `endedBefore` (epoch milliseconds), and leases that hold nothing for a day. */
  expire(endedBefore: number): Promise<void>;
}
