/** A latency that is seen no more is forgotten by half in this time, ms. */
const HALF_LIFE_MS = 10_000;
/** Buckets of the histogram: a fifth of a doubling each, from 1 ms to beyond an hour. */
const BUCKETS = 112;
const PER_DOUBLING = 5;
/** Times that count: at this many the older ones are weighed down by half. */
const MOST_SAMPLES = 512;
/** Fewer samples than this say nothing about a tail. */
const LEAST_SAMPLES = 20;

/**
 * Times to the first token of one target: a peak EWMA (it jumps up to a worse time at once and sinks slowly; the
 * idea is that of Finagle's balancer) and a histogram for quantiles, both of constant size.
 */
export class Latency {
  #ewmaMs = 0;
  #at = 0;
  #samples = 0;
  readonly #counts = new Float64Array(BUCKETS);

  /** Notes a time. `now` is monotonic milliseconds. */
  observe(ms: number, now: number): void {
    const kept = this.#ewmaMs === 0 ? 0 : 2 ** (-(now - this.#at) / HALF_LIFE_MS);
    this.#ewmaMs = ms >= this.#ewmaMs ? ms : this.#ewmaMs * kept + ms * (1 - kept);
    this.#at = now;
    const bucket = bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#samples += 1;
    if (this.#samples >= MOST_SAMPLES) this.#halve();
  }

  /** The peak EWMA at monotonic time `now`, ms; 0 while nothing is known. Unused it sinks, so that a target is tried again. */
  peakMs(now: number): number {
    return this.#ewmaMs === 0 ? 0 : this.#ewmaMs * 2 ** (-(now - this.#at) / HALF_LIFE_MS);
  }

  /** The upper edge of the bucket that holds the quantile, ms (within 15 %); `null` below 20 samples. */
  quantileMs(quantile: number): number | null {
    if (this.#samples < LEAST_SAMPLES) return null;
    let rest = quantile * this.#samples;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      rest -= this.#counts[bucket] ?? 0;
      if (rest <= 0) return 2 ** ((bucket + 1) / PER_DOUBLING);
    }
    return 2 ** (BUCKETS / PER_DOUBLING);
  }

  #halve(): void {
    this.#samples = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      const count = (this.#counts[bucket] ?? 0) / 2;
      this.#counts[bucket] = count;
      this.#samples += count;
    }
  }
}

const bucketOf = (ms: number): number =>
  Math.min(BUCKETS - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, ms)) * PER_DOUBLING)));
