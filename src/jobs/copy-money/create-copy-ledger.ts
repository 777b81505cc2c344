import type { BudgetAccount } from "../../domain/budgets/budget-rule.ts";
import { isHold } from "../../ports/budget-ledger.ts";
import type { BudgetHold, BudgetLedger, BudgetRefusal } from "../../ports/budget-ledger.ts";

/** What a copy pays with. */
export interface CopyLedgerTerms {
  /** Its own `budget_usd`. */
  readonly own: Pick<BudgetLedger, "reserve" | "counts">;
  /** Name of the account that stands for it. */
  readonly ownName: string;
  /** Of live traffic. */
  readonly shared: Pick<BudgetLedger, "reserve">;
}

/** The ledger of calls that nobody waits for: each takes from its own budget and from those of live traffic, or from none. */
export function createCopyLedger({ own, ownName, shared }: CopyLedgerTerms): BudgetLedger {
  return {
    reserve(accounts: readonly BudgetAccount[], amountPico) {
      const others = accounts.filter(({ budget }) => budget !== ownName);
      return andThen(own.reserve(accounts, amountPico), (held) => {
        if (!isHold(held) || others.length === 0) return held;
        return andThen(shared.reserve(others, amountPico, "spare"), (more) => {
          if (isHold(more)) return inBoth(held, more);
          held.settle(0n);
          return refusedCopy(more);
        });
      });
    },
    counts: () => own.counts(),
    // Neither is its to close.
    close: async () => {},
  };
}

function inBoth(own: BudgetHold, shared: BudgetHold): BudgetHold {
  let askedPico = 0n;
  return {
    get amountPico() {
      return shared.amountPico;
    },
    extend(morePico) {
      // The own budget may have more already: it was asked first when the other had no room.
      const beyondPico = shared.amountPico + askedPico + morePico - own.amountPico;
      return andThen(beyondPico > 0n ? own.extend(beyondPico) : null, (refusal) => {
        if (refusal !== null) return refusal;
        askedPico += morePico;
        return andThen(shared.extend(morePico), (other) => {
          askedPico -= morePico;
          return other === null ? null : refusedCopy(other);
        });
      });
    },
    settle(costPico) {
      own.settle(costPico);
      shared.settle(costPico);
    },
  };
}

/** Nothing cheaper stands in for a copy, whatever the budget has in store for live calls: it would prove nothing. */
const refusedCopy = (refusal: BudgetRefusal): BudgetRefusal => ({
  ...refusal,
  account: { ...refusal.account, atLimit: "refuse" },
});

/** At once where the answer is there: some who ask cannot wait. */
const andThen = <T, R>(answer: T | Promise<T>, goOn: (answer: T) => R | Promise<R>): R | Promise<R> =>
  answer instanceof Promise ? answer.then((one) => goOn(one)) : goOn(answer);
