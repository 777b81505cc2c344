import { Bucket } from "./bucket.ts";
import type { Rate } from "./limit-rule.ts";

/** Keys whose rate is remembered; all begin anew when there are more. */
const MOST_KEYS = 10_000;

/** How often each key may do something, on one server. Times are monotonic milliseconds. */
export class KeyRates {
  readonly #buckets = new Map<string, Bucket>();

  /** Lets a key in (0), or says after how many milliseconds it may come again. `cost`: how many times this is at once. */
  admit(
    keyId: string,
    rate: Rate | null | undefined,
    { now, cost = 1 }: { readonly now: number; readonly cost?: number },
  ): number {
    if (rate === undefined || rate === null) return 0;
    let bucket = this.#buckets.get(keyId);
    if (bucket === undefined) {
      if (this.#buckets.size >= MOST_KEYS) this.#buckets.clear();
      bucket = new Bucket(rate, now);
      this.#buckets.set(keyId, bucket);
    } else if (bucket.rate !== rate) bucket.change(rate, now);
    const waitMs = bucket.waitMs(cost, now);
    if (waitMs === 0) bucket.take(cost);
    return waitMs;
  }
}
