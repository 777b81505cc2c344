/** Places that are remembered: enough for a pace, and few enough to follow it when it changes. */
const MOST = 32;

/** How fast places under a cap have become free lately, for those who wait for one. */
export class FreedPlaces {
  /** When they did, monotonic ms; the first is where counting begins. */
  readonly #times: number[];

  constructor(now: number) {
    this.#times = [now];
  }

  /** Places that are counted. */
  get count(): number {
    return this.#times.length - 1;
  }

  note(now: number): void {
    this.#times.push(now);
    if (this.#times.length > MOST + 1) this.#times.shift();
  }

  /** How long one place took, ms; longer the longer none becomes free, and `null` before any has. */
  eachMs(now: number): number | null {
    const [first = now] = this.#times;
    return this.count === 0 ? null : (now - first) / this.count;
  }
}
