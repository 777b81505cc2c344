import type { CallFacts } from "../../domain/call/call-record.ts";
import type { BudgetRefusal } from "../../ports/budget-ledger.ts";

/** A budget of live traffic that had no room for something that nobody waits for. */
export interface MissingBudget {
  readonly budget: string;
  /** Whether it has none before it begins again or is raised; else calls under way hold it, or nobody can say. */
  readonly isSpent: boolean;
}

/** Which budget of live traffic kept a copy from being made; `null` for none, and for its own. */
export function missingBudget(
  { refusedBy, errorCode }: Pick<CallFacts, "refusedBy" | "errorCode">,
  ownName: string,
): MissingBudget | null {
  if (refusedBy?.type !== "budget" || refusedBy.name === ownName) return null;
  return { budget: refusedBy.name, isSpent: errorCode === "budget_spent" };
}

/** The same of a question that was not asked. */
export const missingOf = ({ account, reason }: BudgetRefusal): MissingBudget => ({
  budget: account.budget,
  isSpent: reason === "spent",
});
