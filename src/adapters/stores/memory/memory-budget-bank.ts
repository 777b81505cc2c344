import { EMPTY_LEASE, emptyBooks, exchange } from "../../../domain/budgets/exchange.ts";
import type { BankBooks, Lease } from "../../../domain/budgets/exchange.ts";
import { AHEAD_OF_OWN } from "../../../domain/budgets/purse.ts";
import type { BankAccount, BankAnswer, BankOrder, BankRelease, BudgetBank } from "../../../ports/budget-bank.ts";

interface Account {
  readonly order: BankOrder;
  books: BankBooks;
  readonly leases: Map<string, Lease>;
}

/** Only this process draws from it: it may hold much ahead. */
const SHARE_DIVISOR = 4n;

/** A bank in memory: nothing survives the process. */
export function createMemoryBudgetBank(
  shareDivisor = SHARE_DIVISOR,
  ahead = AHEAD_OF_OWN,
  now: () => number = () => performance.now(),
): BudgetBank {
  const accounts = new Map<string, Account>();
  const carryOut = (order: BankOrder): BankAnswer => {
    const account = accounts.get(order.account) ?? { order, books: emptyBooks(order.limitPico), leases: new Map() };
    accounts.set(order.account, account);
    const lease = account.leases.get(order.lease) ?? EMPTY_LEASE;
    const done = exchange({ books: account.books, lease }, order, { shareDivisor, now: now() });
    account.books = done.books;
    account.leases.set(order.lease, done.lease);
    const { grantedPico } = done.lease;
    const { roomPico, crossed } = done;
    return { account: order.account, grantedPico, roomPico, settledPico: done.books.settledPico, crossed };
  };
  return {
    shareDivisor,
    ahead,
    async exchange(orders) {
      return orders.map(carryOut);
    },
    async list(now, limit, replicaId) {
      const open = [...accounts.values()].filter(({ order }) => order.endsAt === null || order.endsAt > now);
      return open
        .map((account) => viewOf(account, replicaId))
        .toSorted(byUse)
        .slice(0, limit);
    },
    async release(budget, replicaId) {
      const ofBudget = [...accounts.values()].filter(({ order }) => order.budget === budget);
      return ofBudget.flatMap((account) => releaseOf(account, replicaId));
    },
    async expire(endedBefore) {
      for (const [id, { order, leases }] of accounts) {
        if (order.endsAt !== null && order.endsAt < endedBefore) accounts.delete(id);
        for (const [name, lease] of leases) if (isClosed(lease)) leases.delete(name);
      }
    },
  };
}

const heldBy = ({ grantedPico, settledPico, returnedPico }: Lease): bigint => grantedPico - settledPico - returnedPico;

const isClosed = (lease: Lease): boolean => heldBy(lease) === 0n;

/** Leases of replicas other than the one that asks, which is the only one that lives. */
const deadOf = ({ leases }: Account, replicaId: string): readonly (readonly [string, Lease])[] =>
  [...leases].filter(([name, lease]) => !name.startsWith(`${replicaId}.`) && heldBy(lease) > 0n);

const sumOf = (leases: readonly (readonly [string, Lease])[]): bigint =>
  leases.reduce((sum, [, lease]) => sum + heldBy(lease), 0n);

function releaseOf(account: Account, replicaId: string): readonly BankRelease[] {
  const dead = deadOf(account, replicaId);
  if (dead.length === 0) return [];
  const releasedPico = sumOf(dead);
  for (const [name, lease] of dead) {
    account.leases.set(name, { ...lease, returnedPico: lease.grantedPico - lease.settledPico });
  }
  account.books = { ...account.books, committedPico: account.books.committedPico - releasedPico };
  const { account: id, subject } = account.order;
  return [{ account: id, subject, releasedPico }];
}

const viewOf = (account: Account, replicaId: string): BankAccount => ({
  ...booksOf(account),
  deadPico: sumOf(deadOf(account, replicaId)),
});

const booksOf = ({ order, books }: Account): Omit<BankAccount, "deadPico"> => ({
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
