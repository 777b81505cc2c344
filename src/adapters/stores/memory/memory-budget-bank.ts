import { EMPTY_LEASE, emptyBooks, exchange } from "../../../domain/budgets/exchange.ts";
import type { BankBooks, Lease } from "../../../domain/budgets/exchange.ts";
import type { BankAccount, BankAnswer, BankOrder, BudgetBank } from "../../../ports/budget-bank.ts";

interface Account {
  readonly order: BankOrder;
  books: BankBooks;
  readonly leases: Map<string, Lease>;
}

/** Only this process draws from it: it may hold much ahead. */
const SHARE_DIVISOR = 4n;

/** A bank in memory: nothing survives the process. */
export function createMemoryBudgetBank(shareDivisor = SHARE_DIVISOR): BudgetBank {
  const accounts = new Map<string, Account>();
  const carryOut = (order: BankOrder): BankAnswer => {
    const account = accounts.get(order.account) ?? { order, books: emptyBooks(order.limitPico), leases: new Map() };
    accounts.set(order.account, account);
    const lease = account.leases.get(order.lease) ?? EMPTY_LEASE;
    const done = exchange({ books: account.books, lease }, order, shareDivisor);
    account.books = done.books;
    account.leases.set(order.lease, done.lease);
    const { grantedPico } = done.lease;
    const { roomPico, crossed } = done;
    return { account: order.account, grantedPico, roomPico, settledPico: done.books.settledPico, crossed };
  };
  return {
    shareDivisor,
    async exchange(orders) {
      return orders.map(carryOut);
    },
    async list(now, limit) {
      const open = [...accounts.values()].filter(({ order }) => order.endsAt === null || order.endsAt > now);
      return open.map(viewOf).toSorted(byUse).slice(0, limit);
    },
    async expire(endedBefore) {
      for (const [id, { order, leases }] of accounts) {
        if (order.endsAt !== null && order.endsAt < endedBefore) accounts.delete(id);
        for (const [name, lease] of leases) if (isClosed(lease)) leases.delete(name);
      }
    },
  };
}

const isClosed = ({ grantedPico, settledPico, returnedPico }: Lease): boolean =>
  grantedPico === settledPico + returnedPico;

const viewOf = ({ order, books }: Account): BankAccount => ({
  account: order.account,
  budget: order.budget,
  subject: order.subject,
  endsAt: order.endsAt,
  limitPico: books.limitPico,
  settledPico: books.settledPico,
  heldPico: books.committedPico - books.settledPico,
});

const byUse = (one: BankAccount, other: BankAccount): number =>
  Number(other.settledPico * one.limitPico - one.settledPico * other.limitPico);
