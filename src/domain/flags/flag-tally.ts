/** Evaluations of one variant of a flag since they were last taken. Times are epoch milliseconds. */
export interface FlagCount {
  readonly flag: string;
  /** `FAILED` where the flag could not be evaluated. */
  readonly variant: string;
  readonly evaluations: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Stands for a variant where a flag could not be evaluated; no variant has such a name. */
export const FAILED = "(error)";

/** Pairs of flag and variant that are counted; the flags of one project have fewer. */
const MOST_PAIRS = 100_000;

interface Entry {
  evaluations: number;
  readonly firstAt: number;
  lastAt: number;
}

/** Counts evaluations in memory: a look-up and an addition each. Only flags that exist are noted, so it stays small. */
export class FlagTally {
  #flags = new Map<string, Map<string, Entry>>();
  #pairs = 0;

  note(flag: string, variant: string, now: number): void {
    const entry = this.#flags.get(flag)?.get(variant);
    if (entry === undefined) return this.#add(flag, variant, { evaluations: 1, firstAt: now, lastAt: now });
    entry.evaluations += 1;
    entry.lastAt = now;
  }

  /** Everything that was counted, which is then forgotten here. */
  take(): readonly FlagCount[] {
    const counts = this.peek();
    this.#flags = new Map();
    this.#pairs = 0;
    return counts;
  }

  /** Everything that was counted since it was last taken. */
  peek(): readonly FlagCount[] {
    return [...this.#flags].flatMap(([flag, variants]) =>
      [...variants].map(([variant, entry]) => ({ flag, variant, ...entry })),
    );
  }

  /** Puts back what was taken and could not be written. */
  giveBack(counts: readonly FlagCount[]): void {
    for (const { flag, variant, evaluations, firstAt, lastAt } of counts) {
      const newer = this.#flags.get(flag)?.get(variant);
      if (newer === undefined) this.#add(flag, variant, { evaluations, firstAt, lastAt });
      else {
        const merged = { evaluations: newer.evaluations + evaluations, firstAt, lastAt: newer.lastAt };
        this.#flags.get(flag)?.set(variant, merged);
      }
    }
  }

  #add(flag: string, variant: string, entry: Entry): void {
    if (this.#pairs >= MOST_PAIRS) return;
    this.#pairs += 1;
    const variants = this.#flags.get(flag);
    if (variants === undefined) this.#flags.set(flag, new Map([[variant, entry]]));
    else variants.set(variant, entry);
  }
}
