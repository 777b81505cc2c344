import { logSumExp } from "./log-sum-exp.ts";

/**
 * The union of several tests: ln Σ vₖ Eₖ with shares that sum to 1. An average of e-processes is an e-process
 * under any dependence, so one threshold serves all metrics.
 * Source: Vovk and Wang, E-values: calibration, combination and applications, Ann. Statist. 49(3), 2021.
 */
export class Union {
  readonly #logShares: Float64Array;
  readonly #terms: Float64Array;

  constructor(shares: readonly number[]) {
    this.#logShares = Float64Array.from(shares, Math.log);
    this.#terms = new Float64Array(shares.length);
  }

  /** ln of the weighted average; `logEOf` gives the log e-value of the test at an index. */
  logR(logEOf: (index: number) => number): number {
    const terms = this.#terms;
    for (let index = 0; index < terms.length; index += 1) {
      terms[index] = (this.#logShares[index] ?? -Infinity) + logEOf(index);
    }
    return logSumExp(terms);
  }

  /** Index of the test that gave most to the last `logR`. */
  blame(): number {
    return this.#terms.indexOf(Math.max(...this.#terms));
  }
}
