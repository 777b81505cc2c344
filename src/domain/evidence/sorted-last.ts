/**
 * The last so many numbers, in order of size. To take one in costs a search and two moves of memory: after each session
 * a sort of all would cost more than the tests that it is for.
 */
export class SortedLast {
  /** In the order in which they came, from `#oldest` on around. */
  readonly #came: Float64Array;
  readonly #sorted: Float64Array;
  #oldest = 0;
  #size = 0;

  /** `most`: how many are remembered, at least 1. */
  constructor(most: number) {
    this.#came = new Float64Array(most);
    this.#sorted = new Float64Array(most);
  }

  /** How many are remembered. */
  get size(): number {
    return this.#size;
  }

  /** The number at `rank` from below, from 0; `null` beyond the last. */
  at(rank: number): number | null {
    return rank < this.#size ? (this.#sorted[rank] ?? null) : null;
  }

  /** Takes one in, finite or Infinity, and forgets the oldest where there is no room. */
  add(value: number): void {
    if (this.#size === this.#came.length) this.#forgetOldest();
    const place = this.#placeOf(value);
    this.#sorted.copyWithin(place + 1, place, this.#size);
    this.#sorted[place] = value;
    this.#came[(this.#oldest + this.#size) % this.#came.length] = value;
    this.#size += 1;
  }

  #forgetOldest(): void {
    const place = this.#placeOf(this.#came[this.#oldest] ?? 0);
    this.#sorted.copyWithin(place, place + 1, this.#size);
    this.#oldest = (this.#oldest + 1) % this.#came.length;
    this.#size -= 1;
  }

  /** The lowest rank whose number is not below `value`. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
