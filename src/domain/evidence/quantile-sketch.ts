/** Each bucket spans a factor γ; its middle is within 1 % of everything in it. */
const RELATIVE_ERROR = 0.01;
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** Values outside count as the nearest of these; with them a sketch has at most about 1,800 buckets. */
const SMALLEST = 1e-3;
const LARGEST = 1e12;

/**
 * Counts of positive values in logarithmic buckets: quantiles with 1 % relative error in little memory, and the
 * sketches of several replicas add up. Source: Masson, Rim and Lee, DDSketch, PVLDB 12(12), 2019.
 */
export class QuantileSketch {
  readonly #counts = new Map<number, number>();
  #n = 0;

  add(value: number): void {
    const clipped = Math.min(LARGEST, Math.max(SMALLEST, value));
    this.#count(Math.ceil(Math.log(clipped) / LOG_GAMMA), 1);
  }

  /** The value at share `q` in [0, 1] of the sorted values; `null` without any. */
  quantile(q: number): number | null {
    const rank = q * (this.#n - 1);
    let below = 0;
    for (const [bucket, count] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      below += count;
      if (below > rank) return (2 * GAMMA ** bucket) / (GAMMA + 1);
    }
    return null;
  }

  absorb(other: QuantileSketch): void {
    for (const [bucket, count] of other.#counts) this.#count(bucket, count);
  }

  #count(bucket: number, times: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + times);
    this.#n += times;
  }
}
