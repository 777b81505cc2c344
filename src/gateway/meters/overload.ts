import { Shedding } from "../../domain/limits/shedding.ts";
import type { ShedThresholds } from "../../domain/limits/shedding.ts";
import type { Clock } from "../../ports/clock.ts";

/** What the load is measured by. */
export interface OverloadTerms {
  readonly clock: Clock;
  /** Calls under way and the bytes of their requests. */
  readonly load: { readonly inFlight: number; readonly bytes: number };
  /** Thresholds in force; `null` refuses nobody. */
  readonly thresholds: () => ShedThresholds | null;
}

/** How loaded the process is, and who was refused for it. */
export interface OverloadCounts {
  readonly delayMs: number;
  readonly bytes: number;
  /** 1 is the first threshold. */
  readonly strain: number;
  /** Calls refused since the start, by the position of their class. */
  readonly refused: readonly number[];
}

/** How often the process looks whether it is late, ms. */
const LOOK_MS = 100;
/** The least lateness of so many looks counts: a pause of the garbage collector is no overload. */
const LOOKS = 5;
/** Classes that are counted one by one; the configuration permits twenty and the one behind them. */
const MOST_CLASSES = 21;

/**
 * Measures how late the process is with timers of its own, and says which classes of calls it refuses. Looking costs ten
 * timers a second; asking costs a few comparisons.
 */
export class Overload {
  readonly #terms: OverloadTerms;
  readonly #shedding = new Shedding();
  readonly #late: number[] = [];
  #delayMs = 0;
  readonly #refused: number[] = [];
  #stopLooking: (() => void) | null = null;

  constructor(terms: OverloadTerms) {
    this.#terms = terms;
  }

  /** Begins to look how late the process is. */
  start(): void {
    this.#stopLooking ??= this.#look();
  }

  /** Whether anybody is refused at the moment. */
  isShedding(): boolean {
    const { load, thresholds, clock } = this.#terms;
    this.#shedding.observe({ delayMs: this.#delayMs, bytes: load.bytes }, thresholds(), clock.elapsed());
    return this.#shedding.strain >= 1;
  }

  /** Whether a call is refused that is of the class at `rank` of `classes`; it is counted. */
  refuses(rank: number, classes: number): boolean {
    if (!this.#shedding.sheds(rank, classes)) return false;
    const at = Math.min(rank, MOST_CLASSES - 1);
    while (this.#refused.length <= at) this.#refused.push(0);
    this.#refused[at] = (this.#refused[at] ?? 0) + 1;
    return true;
  }

  counts(): OverloadCounts {
    this.isShedding();
    const { bytes } = this.#terms.load;
    return { delayMs: this.#delayMs, bytes, strain: this.#shedding.strain, refused: [...this.#refused] };
  }

  close(): void {
    this.#stopLooking?.();
  }

  #look(): () => void {
    const { clock } = this.#terms;
    const dueAt = clock.elapsed() + LOOK_MS;
    return clock.after(LOOK_MS, () => {
      this.#late.push(Math.max(0, clock.elapsed() - dueAt));
      if (this.#late.length > LOOKS) this.#late.shift();
      this.#delayMs = this.#late.length < LOOKS ? 0 : Math.min(...this.#late);
      this.isShedding();
      this.#stopLooking = this.#look();
    });
  }
}
