import { accountsOf } from "../../domain/budgets/budget-rule.ts";
import type { BudgetRule } from "../../domain/budgets/budget-rule.ts";
import type { Per } from "../../domain/limits/call-subjects.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { BudgetHold, BudgetRefusal } from "../../ports/budget-ledger.ts";

const OF_OPERATORS: ReadonlySet<Per> = new Set(["environment", "endpoint", "model"]);

/**
 * The budgets that copies, replays and judges take from: those of whoever runs the server. Tenants, keys and users have not
 * asked for them.
 */
export const operatorBudgets = (rules: readonly BudgetRule[]): readonly BudgetRule[] =>
  rules.filter(({ per }) => OF_OPERATORS.has(per));

/** What questions to a judge may cost, in the budgets that they take from. */
export type SetAside = (pico: bigint) => BudgetHold | BudgetRefusal | Promise<BudgetHold | BudgetRefusal>;

/** A hold of nothing. */
const FREE: BudgetHold = { amountPico: 0n, extend: () => null, settle() {} };

/**
 * Sets money aside for questions about an endpoint; there are no budgets where nobody serves it. A judge is none of the
 * models that budgets know.
 */
export const questionMoney =
  (live: Pick<Gateway, "settings" | "clock" | "budgets"> | undefined, endpoint: string): SetAside =>
  (pico) => {
    if (live === undefined) return FREE;
    const { settings, clock, budgets } = live;
    const { meters, environment } = settings();
    const subjects = { environment, endpoint, tenant: null, keyId: "", user: null, model: null };
    const accounts = accountsOf(operatorBudgets(meters?.budgets ?? []), subjects, clock.now());
    return budgets.reserve(accounts, pico, "spare");
  };
