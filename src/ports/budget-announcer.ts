import type { BudgetAccount } from "../domain/budgets/budget-rule.ts";
import type { BudgetAlert } from "./budget-ledger.ts";

/** Tells the world what becomes of budgets; never throws. */
export interface BudgetAnnouncer {
  /** A budget has reached a threshold; told once per budget, window and threshold. */
  spent?(alert: BudgetAlert): void;
  /** A budget that lets something cheaper answer has refused a call, because nothing cheaper could with what is left; may be told for every call. */
  budgetEmptied?(account: BudgetAccount): void;
  /** An operator gave back to a budget what dead replicas held of it. */
  budgetReleased?(release: {
    readonly budget: string;
    readonly releasedPico: bigint;
    readonly by: string;
    readonly reason: string;
  }): void;
}
