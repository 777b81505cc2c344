import type { BudgetAccount } from "../domain/budgets/budget-rule.ts";

/** Money set aside for one call in all its accounts. */
export interface BudgetHold {
  /** Pico-dollars set aside. */
  readonly amountPico: bigint;
  /** Sets aside more for a further attempt; `null` when it is done, else why not. */
  extend(morePico: bigint): BudgetRefusal | null | Promise<BudgetRefusal | null>;
  /** Closes the hold with what the call has really cost. A second time does nothing. */
  settle(costPico: bigint): void;
}

/** Why a reservation does not fit. */
export interface BudgetRefusal {
  readonly account: BudgetAccount;
  /**
   * `spent`: it would not fit even if nothing else were under way. `held`: calls under way hold what is missing.
   * `unreachable`: nobody can say at the moment.
   */
  readonly reason: "spent" | "held" | "unreachable";
  /** What the budget has left beside what is held, pico-dollars, where it is known. */
  readonly roomPico: bigint | null;
}

/** A threshold of a budget that was reached; told once per account and threshold over all replicas. */
export interface BudgetAlert {
  readonly account: BudgetAccount;
  readonly percent: number;
  readonly settledPico: bigint;
}

/** Counts of the ledger of this replica. */
export interface BudgetCounts {
  readonly accounts: number;
  /** Holds under way. */
  readonly open: number;
  /** What is wrong with the bank, or `null`. */
  readonly trouble: string | null;
}

/**
 * Who wants money. `spare` is work that nobody waits for, such as a copy: it gets money only where a part of every budget
 * stays free for live calls, none while nobody can say what is left, and its refusals say nothing of the budget.
 */
export type BudgetClaim = "live" | "spare";

/** Reserves and settles money. Answers at once while this replica holds enough, else it asks the bank. */
export interface BudgetLedger {
  /** All accounts or none; absent is a live call. */
  reserve(
    accounts: readonly BudgetAccount[],
    amountPico: bigint,
    claim?: BudgetClaim,
  ): BudgetHold | BudgetRefusal | Promise<BudgetHold | BudgetRefusal>;
  counts(): BudgetCounts;
  /** Settles with the bank and returns everything that is not needed. */
  close(): Promise<void>;
}

/** Whether a reservation was made. */
export const isHold = (answer: BudgetHold | BudgetRefusal): answer is BudgetHold => "settle" in answer;
