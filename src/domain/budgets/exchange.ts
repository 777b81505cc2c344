import { largerOf, smallerOf } from "../../kit/larger-of.ts";

/** An account in the books of the bank. Sums are pico-dollars. */
export interface BankBooks {
  readonly limitPico: bigint;
  /** Granted and not returned, settled sums included. */
  readonly committedPico: bigint;
  readonly settledPico: bigint;
  /** The highest threshold that was reached, percent; 0 is none. */
  readonly reached: number;
  /** The highest that a holder has told. */
  readonly told: number;
  /** Who was asked last to tell what was reached. */
  readonly asked: AskedToTell | null;
}

interface AskedToTell {
  readonly lease: string;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/** What one replica was granted of an account, and what became of it. Totals that only rise. */
export interface Lease {
  readonly grantedPico: bigint;
  readonly settledPico: bigint;
  readonly returnedPico: bigint;
}

/** What a replica tells and asks; see `BankOrder`. */
export interface ExchangeOrder extends Lease {
  readonly lease: string;
  readonly limitPico: bigint;
  readonly needPico: bigint;
  readonly pendingPico: bigint;
  readonly aheadPico: bigint;
  readonly refused: boolean;
  readonly toldPercent: number;
}

/** How a bank carries out orders. */
export interface ExchangeTerms {
  readonly shareDivisor: bigint;
  /** Monotonic milliseconds. */
  readonly now: number;
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
  reached: 0,
  told: 0,
  asked: null,
});

/** A lease before anything was granted. */
export const EMPTY_LEASE: Lease = { grantedPico: 0n, settledPico: 0n, returnedPico: 0n };

/**
 * Carries out an order. Nothing is granted that does not fit, so what is committed never exceeds the budget unless calls
 * cost more than was reserved for them, or the budget was cut. The function of the same name in PostgreSQL does the same.
 */
export function exchange(
  { books, lease }: Held,
  order: ExchangeOrder,
  { shareDivisor, now }: ExchangeTerms,
): Exchanged {
  const settled = largerOf(lease.settledPico, order.settledPico);
  const returned = largerOf(lease.returnedPico, order.returnedPico);
  const granted = largerOf(lease.grantedPico, settled + returned);
  const committed = books.committedPico + (granted - returned) - (lease.grantedPico - lease.returnedPico);
  const room = order.limitPico - committed;
  const grant = grantOf(order, room, { known: granted - order.grantedPico, shareDivisor });
  const total = books.settledPico + settled - lease.settledPico;
  const { crossed, ...levels } = levelsAfter(books, { order, level: levelOf(total, order), now });
  return {
    books: {
      limitPico: order.limitPico,
      committedPico: committed + grant,
      settledPico: total,
      ...levels,
    },
    lease: { grantedPico: granted + grant, settledPico: settled, returnedPico: returned },
    roomPico: room - grant,
    crossed,
  };
}

/** Who was asked to tell has so long to say that it did, ms, before another one is asked. */
const TELL_AGAIN_MS = 10_000;

interface LevelTerms {
  readonly order: ExchangeOrder;
  /** The threshold that what was settled reaches. */
  readonly level: number;
  readonly now: number;
}

type Levels = Pick<BankBooks, "reached" | "told" | "asked"> & Pick<Exchanged, "crossed">;

function levelsAfter(books: BankBooks, { order, level, now }: LevelTerms): Levels {
  // Where the budget was raised, thresholds come again.
  const most = order.limitPico === books.limitPico ? Infinity : level;
  const before = Math.min(books.reached, most);
  const reached = Math.max(before, level);
  const told = Math.max(Math.min(books.told, most), order.toldPercent);
  const { asked } = books;
  const isFree = asked === null || asked.lease === order.lease || now - asked.at >= TELL_AGAIN_MS;
  if (reached <= told || !(level > before || isFree)) return { reached, told, asked, crossed: null };
  return { reached, told, asked: { lease: order.lease, at: now }, crossed: reached };
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
