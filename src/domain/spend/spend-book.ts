import { cacheWriteCostPico, costPico } from "../money/price.ts";
import type { TokenPrice, TokenUsage } from "../money/price.ts";
import { cacheSavedPico } from "../prompt-cache/pays-to-write.ts";
import { priceInForce } from "../money/price-in-force.ts";
import { TOKEN_CLASSES } from "./spend.ts";
import type { ClassSpend, ModelSpend, TokenClass } from "./spend.ts";

/** What spend is told apart by. Texts are empty where a call has no such thing. */
export interface SpendSlot {
  /** Beginning of the hour, epoch milliseconds UTC. */
  readonly hour: number;
  readonly endpoint: string;
  /** `provider/model`. */
  readonly model: string;
  readonly keyId: string;
  readonly user: string;
}

/** One slot with what it came to since this process began. */
export interface SpendRow extends SpendSlot {
  readonly spend: ModelSpend;
}

/** What one attempt used and cost. */
export interface AttemptSpend {
  readonly usage: TokenUsage | null;
  readonly costPico: bigint;
  /** `null` when the model is not configured any more. */
  readonly price: TokenPrice | null;
}

/** Start of the hour around an instant, epoch milliseconds. */
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;

export const HOUR_MS = 3_600_000;

/** Slots of the two or three hours that are counted; beyond it users are counted together. */
const MOST_SLOTS = 20_000;
/** Longest name of a user that is kept, characters. */
const LONGEST_USER = 128;

interface Counted {
  readonly slot: SpendSlot;
  calls: number;
  readonly tokens: Record<TokenClass, number>;
  readonly costs: Record<TokenClass, bigint>;
  otherPico: bigint;
  savedPico: bigint;
  isChanged: boolean;
}

/**
 * Counts what this process spends, by hour and slot. Numbers only grow, so that writing them twice changes nothing.
 * Bounded: an hour has a limited number of slots.
 */
export class SpendBook {
  readonly #slots = new Map<string, Counted>();
  /** What was counted last: most attempts are like the one before, and comparing is sooner than making a key. */
  #last: Counted | null = null;
  /** The oldest hour that is counted: rows of older ones are written and forgotten. */
  #oldest = 0;
  #merged = 0;

  /** Attempts that were counted without their user, because an hour had too many of them. */
  get merged(): number {
    return this.#merged;
  }

  /**
   * Counts one attempt at a model. One of an hour that is forgotten is counted in the oldest that is not: its row would
   * begin from nothing and take the place of what was written.
   */
  note(slot: SpendSlot, { usage, costPico: cost, price }: AttemptSpend): void {
    const counted = this.#slotOf(slot);
    counted.calls += 1;
    counted.isChanged = true;
    let rest = cost;
    if (usage !== null && price !== null && costPico(usage, price) <= cost) {
      const paid = priceInForce(price, usage);
      for (const each of TOKEN_CLASSES) {
        if (usage[each] === 0) continue;
        const own = each === "cacheWrite" ? cacheWriteCostPico(usage, price) : BigInt(usage[each]) * paid[each];
        counted.tokens[each] += usage[each];
        counted.costs[each] += own;
        rest -= own;
      }
      counted.savedPico += cacheSavedPico(usage, price);
    }
    counted.otherPico += rest;
  }

  /** Rows that have changed since they were taken last. */
  take(): readonly SpendRow[] {
    const changed = [...this.#slots.values()].filter(({ isChanged }) => isChanged);
    for (const each of changed) each.isChanged = false;
    return changed.map(rowOf);
  }

  /** Gives rows back that could not be written, so that they are taken again. */
  giveBack(rows: readonly SpendRow[]): void {
    for (const row of rows) {
      const counted = this.#slots.get(keyOf(row));
      if (counted !== undefined) counted.isChanged = true;
    }
  }

  /** Forgets hours before `hour` that have been written. */
  forget(hour: number): void {
    this.#oldest = Math.max(this.#oldest, hour);
    this.#last = null;
    for (const [key, { slot, isChanged }] of this.#slots) if (slot.hour < hour && !isChanged) this.#slots.delete(key);
  }

  #slotOf(slot: SpendSlot): Counted {
    if (this.#last !== null && isSame(this.#last.slot, slot)) return this.#last;
    const user = slot.user === "" ? "" : storable(slot.user);
    const isOwn = user === slot.user && slot.hour >= this.#oldest;
    const own = isOwn ? slot : { ...slot, hour: Math.max(slot.hour, this.#oldest), user };
    const key = keyOf(own);
    const known = this.#slots.get(key);
    if (known !== undefined) return (this.#last = known);
    if (own.user !== "" && this.#slots.size >= MOST_SLOTS) {
      this.#merged += 1;
      return this.#slotOf({ ...own, user: "" });
    }
    const made: Counted = {
      slot: { ...own },
      calls: 0,
      tokens: { input: 0, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 },
      costs: { input: 0n, cachedInput: 0n, cacheWrite: 0n, output: 0n, reasoning: 0n },
      otherPico: 0n,
      savedPico: 0n,
      isChanged: false,
    };
    this.#slots.set(key, made);
    return (this.#last = made);
  }
}

const isSame = (one: SpendSlot, other: SpendSlot): boolean =>
  one.hour === other.hour &&
  one.endpoint === other.endpoint &&
  one.model === other.model &&
  one.keyId === other.keyId &&
  one.user === other.user;

/** A name as stores keep it, so that two users are two rows there as well. */
const storable = (user: string): string => user.slice(0, LONGEST_USER).toWellFormed().replaceAll("\u0000", "\u2400");

const keyOf = ({ hour, endpoint, model, keyId, user }: SpendSlot): string =>
  `${hour}\n${endpoint}\n${model}\n${keyId}\n${user}`;

const rowOf = ({ slot, calls, tokens, costs, otherPico, savedPico }: Counted): SpendRow => {
  const classOf = (each: TokenClass): ClassSpend => ({ tokens: tokens[each], costPico: costs[each] });
  const classes = {
    input: classOf("input"),
    cachedInput: classOf("cachedInput"),
    cacheWrite: classOf("cacheWrite"),
    output: classOf("output"),
    reasoning: classOf("reasoning"),
  };
  return { ...slot, spend: { calls, classes, otherPico, savedPico } };
};
