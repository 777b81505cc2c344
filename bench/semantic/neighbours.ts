import type { Vectors } from "./embed-all.ts";

/** The entries of a cache that lie nearest to a question. */
export interface Nearest {
  readonly entry: number;
  readonly similarity: number;
  /** Of the next-nearest entry; `null` where there is only one. */
  readonly runnerUp: number | null;
}

/** Neighbours of each question that are known in advance. */
const KNOWN = 384;
/** Below this many entries it is cheaper to compare with all of them. */
const FEW = 256;

/**
 * Exact nearest neighbours among any subset of the questions: the nearest of all are worked out once, and a cache that holds
 * none of them is searched from end to end.
 */
export class Neighbours {
  readonly #vectors: Vectors;
  readonly #count: number;
  readonly #ids: Int32Array;
  readonly #known: number;

  constructor(vectors: Vectors) {
    this.#vectors = vectors;
    this.#count = vectors.rows.length / vectors.dimension;
    this.#known = Math.min(KNOWN, this.#count - 1);
    this.#ids = new Int32Array(this.#count * this.#known);
    const similarities = new Float32Array(this.#count);
    const order = new Int32Array(this.#count);
    for (let row = 0; row < this.#count; row += 1) {
      for (let other = 0; other < this.#count; other += 1) similarities[other] = this.similarity(row, other);
      similarities[row] = -2;
      this.#ids.set(nearestOf(similarities, order, this.#known), row * this.#known);
    }
  }

  /** Cosine of two questions. */
  similarity(one: number, other: number): number {
    const { rows, dimension } = this.#vectors;
    const [a, b] = [one * dimension, other * dimension];
    let [first, second, third, fourth] = [0, 0, 0, 0];
    for (let at = 0; at < dimension; at += 4) {
      first += (rows[a + at] as number) * (rows[b + at] as number);
      second += (rows[a + at + 1] as number) * (rows[b + at + 1] as number);
      third += (rows[a + at + 2] as number) * (rows[b + at + 2] as number);
      fourth += (rows[a + at + 3] as number) * (rows[b + at + 3] as number);
    }
    return first + second + third + fourth;
  }

  /** The nearest entries of a cache to a question; `null` for an empty cache. */
  nearest(question: number, cache: EntrySet): Nearest | null {
    if (cache.entries.length === 0) return null;
    if (cache.entries.length >= FEW) {
      const found: number[] = [];
      for (let at = question * this.#known; at < (question + 1) * this.#known && found.length < 2; at += 1) {
        const entry = this.#ids[at] ?? 0;
        if (cache.has(entry)) found.push(entry);
      }
      if (found.length === 2) return this.#asNearest(question, found);
    }
    return this.#search(question, cache);
  }

  #search(question: number, cache: EntrySet): Nearest {
    let [best, next] = [-1, -1];
    let [bestSimilarity, nextSimilarity] = [-2, -2];
    for (const entry of cache.entries) {
      const similarity = this.similarity(question, entry);
      if (similarity > bestSimilarity) {
        [next, nextSimilarity] = [best, bestSimilarity];
        [best, bestSimilarity] = [entry, similarity];
      } else if (similarity > nextSimilarity) [next, nextSimilarity] = [entry, similarity];
    }
    return { entry: best, similarity: bestSimilarity, runnerUp: next < 0 ? null : nextSimilarity };
  }

  #asNearest(question: number, [entry, next]: readonly number[]): Nearest {
    const similarity = this.similarity(question, entry ?? 0);
    return { entry: entry ?? 0, similarity, runnerUp: this.similarity(question, next ?? 0) };
  }
}

/** Places of the `most` largest values, the largest first. `order` is room to work in. */
function nearestOf(values: Float32Array, order: Int32Array, most: number): Int32Array {
  const least = valueAtRank(values, most);
  let found = 0;
  for (const [at, value] of values.entries()) if (value >= least && found < order.length) order[found++] = at;
  return order
    .slice(0, found)
    .toSorted((one, other) => (values[other] ?? 0) - (values[one] ?? 0))
    .slice(0, most);
}

/** A value that about `rank` values reach, by counting in bins from the top: cheaper than sorting all of them. */
function valueAtRank(values: Float32Array, rank: number): number {
  const BINS = 2_048;
  const counts = new Int32Array(BINS + 1);
  for (const value of values) {
    const bin = Math.max(0, Math.floor(((value + 1) / 2) * BINS));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let above = 0;
  for (let bin = BINS; bin > 0; bin -= 1) {
    above += counts[bin] ?? 0;
    if (above >= rank) return (bin / BINS) * 2 - 1;
  }
  return -2;
}

/** The questions that a cache holds. */
export class EntrySet {
  readonly entries: number[] = [];
  readonly #isIn: Uint8Array;

  constructor(size: number) {
    this.#isIn = new Uint8Array(size);
  }

  add(entry: number): void {
    if (this.#isIn[entry] === 1) return;
    this.#isIn[entry] = 1;
    this.entries.push(entry);
  }

  has(entry: number): boolean {
    return this.#isIn[entry] === 1;
  }
}
