import { logSumExp } from "./log-sum-exp.ts";

/**
 * The e-process of one betting test: ln of the average over a grid of bets of Π (1 + λⱼ · payoff).
 * It needs payoffs whose mean is at most 0 under the null and 1 + λⱼ · payoff above 0 throughout.
 * Source: Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, arXiv 2010.09686.
 */
export class LogWealth {
  readonly #bets: Float64Array;
  readonly #wealth: Float64Array;
  readonly #logPrior: number;
  /** `null` since the last bet, until somebody asks. */
  #logE: number | null = 0;

  /** `bets`: the λⱼ; they must keep every factor positive. */
  constructor(bets: readonly number[]) {
    this.#bets = Float64Array.from(bets);
    this.#wealth = new Float64Array(bets.length);
    this.#logPrior = Math.log(bets.length);
  }

  /** Settles all bets on one payoff. */
  bet(payoff: number): void {
    const bets = this.#bets;
    const wealth = this.#wealth;
    for (let index = 0; index < bets.length; index += 1) {
      wealth[index] = (wealth[index] ?? 0) + Math.log1p((bets[index] ?? 0) * payoff);
    }
    this.#logE = null;
  }

  /** Natural logarithm of the e-value; 0 before the first bet. Finite, because every factor is positive. */
  logE(): number {
    return (this.#logE ??= logSumExp(this.#wealth) - this.#logPrior);
  }

  /** Adds the wealth of another replica's test on the same grid. */
  absorb(other: LogWealth): void {
    for (let index = 0; index < this.#wealth.length; index += 1) {
      this.#wealth[index] = (this.#wealth[index] ?? 0) + (other.#wealth[index] ?? 0);
    }
    this.#logE = null;
  }
}
