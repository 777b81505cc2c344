import type { Clock } from "../../ports/clock.ts";
import type { MissingBudget } from "../copy-money/missing-budget.ts";

/** How long a budget may be held by live calls, or by servers that have died, before the backtest ends, ms. */
const GIVE_UP_MS = 30 * 60_000;

/** Tells a budget of live traffic that has no room for a backtest any more from one that calls under way hold. */
export class BudgetWatch {
  readonly #clock: Pick<Clock, "elapsed">;
  #heldSince: number | null = null;
  #emptied: string | null = null;

  constructor(clock: Pick<Clock, "elapsed">) {
    this.#clock = clock;
  }

  /** The budget that ends the backtest; `null` while none does. */
  get emptied(): string | null {
    return this.#emptied;
  }

  /** A budget had no room; true where that may change soon. */
  refused({ budget, isSpent }: MissingBudget): boolean {
    const now = this.#clock.elapsed();
    this.#heldSince ??= now;
    if (!isSpent && now - this.#heldSince <= GIVE_UP_MS) return true;
    this.#emptied ??= budget;
    return false;
  }

  /** All had room. */
  paid(): void {
    this.#heldSince = null;
  }
}
