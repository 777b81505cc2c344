import type { CachePlace, Claim, ClaimState } from "../../ports/answer-cache.ts";
import type { Clock } from "../../ports/clock.ts";

interface Held {
  readonly token: string;
  readonly state: "taken" | "hopeless";
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** Claims remembered; above that those that have lapsed are forgotten, and then everybody is given what they claim. */
const MOST_CLAIMS = 10_000;

/** For how long a claim that was given up as hopeless says so, ms. */
const HOPELESS_MS = 2_000;

const nothing = (): void => {};
const OTHERS = (state: ClaimState): Claim => ({ state, renew: nothing, release: nothing });

/** Claims within one process, of those whose holder is known by a token. */
export class MemoryClaims {
  readonly #clock: Clock;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Claims a place for `leaseMs`; whoever shows the token of a claim that stands has it again. */
  claim({ endpoint, key }: CachePlace, leaseMs: number, token: string): Claim {
    const place = `${endpoint} ${key}`;
    const now = this.#clock.elapsed();
    const held = this.#held.get(place);
    if (held !== undefined && held.until > now && held.token !== token) return OTHERS(held.state);
    if (this.#held.size >= MOST_CLAIMS) this.#forgetLapsed(now);
    const hold = (): void => this.#hold(place, { token, state: "taken", until: this.#clock.elapsed() + leaseMs });
    if (held?.token !== token || held.until <= now) hold();
    return {
      state: "ours",
      renew: () => this.#whileHeld(place, token, hold),
      release: (outcome) => this.#whileHeld(place, token, () => this.#release(place, outcome)),
    };
  }

  #hold(place: string, held: Held): void {
    if (this.#held.size < MOST_CLAIMS || this.#held.has(place)) this.#held.set(place, held);
  }

  #release(place: string, outcome: Parameters<Claim["release"]>[0]): void {
    if (outcome !== "hopeless") this.#held.delete(place);
    else this.#held.set(place, { token: "", state: "hopeless", until: this.#clock.elapsed() + HOPELESS_MS });
  }

  /** Only while the claim stands: another one may have it after it lapsed. */
  #whileHeld(place: string, token: string, action: () => void): void {
    const held = this.#held.get(place);
    if (held?.token === token && held.until > this.#clock.elapsed()) action();
  }

  #forgetLapsed(now: number): void {
    for (const [place, { until }] of this.#held) if (until <= now) this.#held.delete(place);
  }
}
