import type { Purse } from "../../domain/budgets/purse.ts";
import type { BankOrder } from "../../ports/budget-bank.ts";

/** What calls that wait want of one account, pico-dollars. */
export interface Demand {
  /** The least amount that lets one of them go on. */
  readonly leastPico: bigint;
  readonly sumPico: bigint;
}

/** The order for one purse, of which the bank grants one part in `shareDivisor` of what is left ahead of calls. */
export function orderOf(purse: Purse, demand: Demand | null, shareDivisor: bigint): BankOrder {
  const { account, freePico } = purse;
  const beyondFree = (amount: bigint): bigint => (amount > freePico ? amount - freePico : 0n);
  return {
    account: account.id,
    lease: purse.lease,
    budget: account.budget,
    subject: account.subject,
    endsAt: account.endsAt,
    limitPico: purse.limitPico,
    grantedPico: purse.grantedPico,
    settledPico: purse.settledPico,
    returnedPico: purse.returnedPico,
    needPico: demand === null ? 0n : beyondFree(demand.leastPico),
    pendingPico: demand === null ? 0n : beyondFree(demand.sumPico),
    aheadPico: purse.aheadPico(shareDivisor),
    refused: purse.wasRefused,
    toldPercent: purse.toldPercent,
  };
}
