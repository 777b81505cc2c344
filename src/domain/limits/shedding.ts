/** From where on calls are refused so that the others are served in time. */
export interface ShedThresholds {
  /** How late the process may be with its own work, ms. */
  readonly delayMs: number;
  /** Bytes of requests under way. */
  readonly bytes: number;
}

/** How much there is to do. */
export interface Load {
  readonly delayMs: number;
  readonly bytes: number;
}

/** The first class is refused at this many times the first threshold. */
const FIRST_CLASS_AT = 4;
/** What is refused is let in again below this part of the strain that it was refused at… */
const RELEASE = 0.7;
/** …for this long, ms. */
const HOLD_MS = 2_000;

/**
 * Who is refused under overload, by class: below the first threshold nobody, above it the last class, with more the
 * ones before it, and at four times of it the first. The strain in force rises at once and falls only when the load has
 * stayed clearly below it for two seconds, so that nobody is let in and refused in turn. Times are monotonic ms.
 */
export class Shedding {
  #strain = 0;
  /** Since when the load has been below the release. */
  #calmSince: number | null = null;

  /** Notes the load. Without thresholds nobody is refused. */
  observe(load: Load, thresholds: ShedThresholds | null, now: number): void {
    const strain = thresholds === null ? 0 : strainOf(load, thresholds);
    if (thresholds === null || strain >= this.#strain) {
      this.#strain = strain;
      this.#calmSince = null;
      return;
    }
    if (this.#strain < 1) {
      this.#strain = strain;
      return;
    }
    if (strain >= this.#strain * RELEASE) this.#calmSince = null;
    else this.#calmSince ??= now;
    if (this.#calmSince === null || now - this.#calmSince < HOLD_MS) return;
    this.#strain = strain;
    this.#calmSince = null;
  }

  /** The strain in force: 1 is the first threshold. */
  get strain(): number {
    return this.#strain;
  }

  /** Whether a class is refused: the one at `rank`, 0 first, of `classes` and the one behind them all. */
  sheds(rank: number, classes: number): boolean {
    return this.#strain >= 1 && this.#strain >= shedAt(rank, classes);
  }
}

const strainOf = ({ delayMs, bytes }: Load, thresholds: ShedThresholds): number =>
  Math.max(delayMs / thresholds.delayMs, bytes / thresholds.bytes);

/** The strain at which a class is refused. Where there are no classes all calls are of the first. */
export function shedAt(rank: number, classes: number): number {
  const before = classes === 0 ? 1 : (classes - Math.min(rank, classes)) / classes;
  return FIRST_CLASS_AT ** before;
}
