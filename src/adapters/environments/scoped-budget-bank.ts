import { scoped, unscoped } from "../../domain/traffic/environment-scope.ts";
import type { EnvironmentScope } from "../../domain/traffic/environment-scope.ts";
import type { BankAccount, BudgetBank } from "../../ports/budget-bank.ts";

/** Accounts that are looked through for those of one environment. */
const MOST_ACCOUNTS = 10_000;

/** The accounts of one environment in a bank that several share: none ever draws from another one's. */
export function createScopedBudgetBank(bank: BudgetBank, scope: EnvironmentScope): BudgetBank {
  const own = (account: BankAccount): readonly BankAccount[] => {
    const budget = unscoped(scope, account.budget);
    return budget === null ? [] : [{ ...account, budget, account: account.account.slice(scope.length) }];
  };
  return {
    shareDivisor: bank.shareDivisor,
    ahead: bank.ahead,
    async exchange(orders) {
      if (scope === "") return bank.exchange(orders);
      const answers = await bank.exchange(
        orders.map((order) => ({
          ...order,
          account: scoped(scope, order.account),
          budget: scoped(scope, order.budget),
        })),
      );
      return answers.map((answer) => ({ ...answer, account: answer.account.slice(scope.length) }));
    },
    async list(now, limit, replicaId) {
      return (await bank.list(now, MOST_ACCOUNTS, replicaId)).flatMap(own).slice(0, limit);
    },
    async release(budget, replicaId) {
      const released = await bank.release(scoped(scope, budget), replicaId);
      return released.map((one) => ({ ...one, account: one.account.slice(scope.length) }));
    },
    expire: (endedBefore) => bank.expire(endedBefore),
  };
}
