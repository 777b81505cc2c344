import { largerOf, smallerOf } from "../../kit/larger-of.ts";

/** An account in the books of the bank. Sums are pico-dollars. */
export interface BankBooks {
  readonly limitPico: bigint;
  /** Granted and not returned, settled sums included. */
  readonly committedPico: bigint;
  readonly settledPico: bigint;
  /** The highest threshold that was told, percent; 0 is none. */
  readonly alerted: number;
}

/** What one replica was granted of an account, and what became of it. Totals that only rise. */
export interface Lease {
  readonly grantedPico: bigint;
  readonly settledPico: bigint;
  readonly returnedPico: bigint;
}

/** What a replica tells and asks; see `BankOrder`. */
export interface ExchangeOrder extends Lease {
  readonly limitPico: bigint;
  readonly needPico: bigint;
  readonly pendingPico: bigint;
  readonly aheadPico: bigint;
  readonly refused: boolean;
}

/** An account and the lease of the replica that gives an order. */
export interface Held {
  readonly books: BankBooks;
  readonly lease: Lease;
}

/** The books after an order. */
export interface Exchanged {
  readonly books: BankBooks;
  readonly lease: Lease;
  readonly roomPico: bigint;
  readonly crossed: number | null;
}

/** Books of an account that nobody has used. */
export const emptyBooks = (limitPico: bigint): BankBooks => ({
  limitPico,
  committedPico: 0n,
  settledPico: 0n,
  alerted: 0,
});

/** A lease before anything was granted. */
export const EMPTY_LEASE: Lease = { grantedPico: 0n, settledPico: 0n, returnedPico: 0n };

/**
 * Carries out an order. Nothing is granted that does not fit, so what is committed never exceeds the budget unless calls
 * cost more than was reserved for them, or the budget was cut. The function of the same name in PostgreSQL does the same.
 */
export function exchange({ books, lease }: Held, order: ExchangeOrder, shareDivisor: bigint): Exchanged {
  const settled = largerOf(lease.settledPico, order.settledPico);
  const returned = largerOf(lease.returnedPico, order.returnedPico);
  const granted = largerOf(lease.grantedPico, settled + returned);
  const committed = books.committedPico + (granted - returned) - (lease.grantedPico - lease.returnedPico);
  const room = order.limitPico - committed;
  const grant = grantOf(order, room, { known: granted - order.grantedPico, shareDivisor });
  const total = books.settledPico + settled - lease.settledPico;
  const level = levelOf(total, order);
  const told = order.limitPico === books.limitPico ? books.alerted : Math.min(books.alerted, level);
  return {
    books: {
      limitPico: order.limitPico,
      committedPico: committed + grant,
      settledPico: total,
      alerted: Math.max(told, level),
    },
    lease: { grantedPico: granted + grant, settledPico: settled, returnedPico: returned },
    roomPico: room - grant,
    crossed: level > told ? level : null,
  };
}

interface GrantTerms {
  /** Granted before without the replica knowing it. */
  readonly known: bigint;
  readonly shareDivisor: bigint;
}

function grantOf(order: ExchangeOrder, room: bigint, { known, shareDivisor }: GrantTerms): bigint {
  const need = largerOf(0n, order.needPico - known);
  if (room <= 0n || need > room) return 0n;
  const pending = largerOf(0n, order.pendingPico - known);
  const ahead = largerOf(0n, order.aheadPico - largerOf(0n, known - order.pendingPico));
  return smallerOf(room, pending + smallerOf(ahead, room / shareDivisor));
}

/** Percentages of a budget that people are told of. */
export const THRESHOLDS = [50, 75, 90, 100] as const;

function levelOf(settled: bigint, { limitPico, refused }: ExchangeOrder): number {
  if (refused) return 100;
  let level = 0;
  for (const threshold of THRESHOLDS) if (settled * 100n >= limitPico * BigInt(threshold)) level = threshold;
  return level;
}
