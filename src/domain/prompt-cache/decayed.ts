/** Counts that fade: after this long a count weighs half, ms. What an endpoint is asked changes within hours. */
const HALF_LIFE_MS = 3_600_000;

/** Two counts that fade together: chances, and how many of them came true. */
export class Decayed {
  #of = 0;
  #came = 0;
  #at = 0;

  /** Adds to the counts at `now`, monotonic ms. */
  add(now: number, { of, came }: { readonly of: number; readonly came: number }): void {
    this.#fade(now);
    this.#of += of;
    this.#came += came;
  }

  /** How many came for each chance, with a prior that weighs as much as so many chances. */
  rate(now: number, prior: { readonly rate: number; readonly weight: number }): number {
    this.#fade(now);
    return (prior.weight * prior.rate + this.#came) / (prior.weight + this.#of);
  }

  #fade(now: number): void {
    if (now <= this.#at) return;
    const share = 2 ** -((now - this.#at) / HALF_LIFE_MS);
    this.#of *= share;
    this.#came *= share;
    this.#at = now;
  }
}
