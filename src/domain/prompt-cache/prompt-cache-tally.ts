import type { TokenPrice, TokenUsage } from "../money/price.ts";
import { cacheSavedPico } from "./pays-to-write.ts";

/** Whose calls are counted together. Texts are empty where a call has no such thing. */
export interface PromptCacheSlot {
  readonly endpoint: string;
  /** `support-bot@7`. */
  readonly release: string;
  /** `provider/model`. */
  readonly model: string;
}

/** What the providers have counted for a slot since this process began. */
export interface PromptCacheSum extends PromptCacheSlot {
  /** Attempts that were answered with counts. */
  readonly calls: number;
  /** Marks and names that Rollward has set. */
  readonly marks: number;
  readonly inputTokens: number;
  readonly readTokens: number;
  readonly writtenTokens: number;
  /** Below 0 where more was written than read. */
  readonly savedPico: bigint;
}

/** One answer by its provider's own counts. */
export interface PromptCacheUse {
  readonly usage: TokenUsage;
  readonly price: TokenPrice;
  readonly marks: number;
}

type GrowingSum = { -readonly [Name in keyof PromptCacheSum]: PromptCacheSum[Name] };

/** Slots that are counted; what comes after is counted under no release. */
const MOST_SLOTS = 5_000;

/** Adds up what the providers' prompt caches have saved. Bounded; exact. */
export class PromptCacheTally {
  readonly #sums = new Map<string, GrowingSum>();
  /** What was added to last: most answers are like the one before, and comparing is sooner than making a key. */
  #last: GrowingSum | null = null;

  add(slot: PromptCacheSlot, { usage, price, marks }: PromptCacheUse): void {
    const sum = this.#sumOf(slot);
    sum.calls += 1;
    sum.marks += marks;
    sum.inputTokens += usage.input;
    sum.readTokens += usage.cachedInput;
    sum.writtenTokens += usage.cacheWrite;
    sum.savedPico += cacheSavedPico(usage, price);
  }

  /** Every slot, the one that saved most first. */
  sums(): readonly PromptCacheSum[] {
    return [...this.#sums.values()]
      .map((sum) => ({ ...sum }))
      .toSorted((one, other) => (one.savedPico > other.savedPico ? -1 : 1));
  }

  #sumOf(slot: PromptCacheSlot): GrowingSum {
    if (this.#last !== null && isSame(this.#last, slot)) return this.#last;
    const wanted = keyOf(slot);
    return (this.#last = this.#sums.get(wanted) ?? this.#open(slot, wanted));
  }

  #open(slot: PromptCacheSlot, wanted: string): GrowingSum {
    const own = this.#sums.size < MOST_SLOTS ? slot : { ...slot, release: "" };
    const key = own === slot ? wanted : keyOf(own);
    const { endpoint, release, model } = own;
    const sum = this.#sums.get(key) ?? { ...NOTHING, endpoint, release, model };
    this.#sums.set(key, sum);
    return sum;
  }
}

const NOTHING = { calls: 0, marks: 0, inputTokens: 0, readTokens: 0, writtenTokens: 0, savedPico: 0n };

const isSame = (one: PromptCacheSlot, other: PromptCacheSlot): boolean =>
  one.endpoint === other.endpoint && one.release === other.release && one.model === other.model;

const keyOf = ({ endpoint, release, model }: PromptCacheSlot): string => `${endpoint}\n${release}\n${model}`;
