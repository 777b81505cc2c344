import { accountOf } from "../../domain/budgets/budget-rule.ts";
import type { BudgetAccount, BudgetRule } from "../../domain/budgets/budget-rule.ts";
import type { BudgetHold, BudgetLedger, BudgetRefusal } from "../../ports/budget-ledger.ts";

/** The rule that stands for the own budget of replayed calls. No configured budget can have its name. */
export const PURSE_RULE: BudgetRule = {
  name: "(own)",
  per: "environment",
  window: "total",
  limitPico: 0n,
  only: {},
  atLimit: "refuse",
  whenUnreachable: "refuse",
};

/** Shown where a call has no money; a budget without an end needs no time. */
const ACCOUNT: BudgetAccount = accountOf(PURSE_RULE, "", 0);

/**
 * The money of one backtest. What is set aside for sessions under way and what was spent never exceed the budget: a
 * session begins only when the most that it can cost is there.
 */
export class Purse {
  readonly #limitPico: bigint;
  #takenPico: bigint;

  /** `spentPico`: what the backtest has cost before, on whichever server. */
  constructor(limitPico: bigint, spentPico: bigint) {
    this.#limitPico = limitPico;
    this.#takenPico = spentPico;
  }

  /** What is left for further sessions. */
  get roomPico(): bigint {
    return this.#limitPico - this.#takenPico;
  }

  /** Sets money aside for a session; `null` where there is not enough. */
  setAside(pico: bigint): SessionPurse | null {
    return this.take(pico) ? new SessionPurse(this, pico) : null;
  }

  /** Takes more, or gives back what is below 0. */
  take(pico: bigint): boolean {
    if (pico > 0n && pico > this.roomPico) return false;
    this.#takenPico += pico;
    return true;
  }
}

/** The money of one session that is replayed: the budget that its calls reserve from. */
export class SessionPurse implements BudgetLedger {
  readonly #purse: Purse;
  #asidePico: bigint;
  #spentPico = 0n;
  #heldPico = 0n;

  constructor(purse: Purse, asidePico: bigint) {
    this.#purse = purse;
    this.#asidePico = asidePico;
  }

  /** What its calls have cost. */
  get spentPico(): bigint {
    return this.#spentPico;
  }

  reserve(_accounts: readonly BudgetAccount[], amountPico: bigint): BudgetHold | BudgetRefusal {
    if (!this.#hold(amountPico)) return this.#refusal();
    let heldPico = amountPico;
    let isOpen = true;
    const extend = (morePico: bigint): BudgetRefusal | null => {
      if (!isOpen || !this.#hold(morePico)) return this.#refusal();
      heldPico += morePico;
      return null;
    };
    const settle = (costPico: bigint): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#heldPico -= heldPico;
      this.#spentPico += costPico;
    };
    return {
      get amountPico() {
        return heldPico;
      },
      extend,
      settle,
    };
  }

  /** Pays for something beside its calls that was set aside with them. */
  pay(pico: bigint): void {
    if (this.#hold(pico)) this.#heldPico -= pico;
    this.#spentPico += pico;
  }

  counts(): ReturnType<BudgetLedger["counts"]> {
    return { accounts: 1, open: 0, trouble: null };
  }

  /** The session is over: what it did not use is there for others. */
  async close(): Promise<void> {
    this.#purse.take(this.#spentPico - this.#asidePico);
    this.#asidePico = this.#spentPico;
  }

  /** Retries and fallbacks may need more than was set aside. */
  #hold(pico: bigint): boolean {
    const missing = this.#spentPico + this.#heldPico + pico - this.#asidePico;
    if (missing > 0n) {
      if (!this.#purse.take(missing)) return false;
      this.#asidePico += missing;
    }
    this.#heldPico += pico;
    return true;
  }

  #refusal(): BudgetRefusal {
    return { account: ACCOUNT, reason: "held", roomPico: this.#purse.roomPico };
  }
}
