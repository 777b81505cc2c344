import { theta } from "./event-test.ts";
import { HARM_RATIO } from "./grids.ts";
import { logSumExp } from "./log-sum-exp.ts";

/**
 * Watches a promoted release against a small holdback for a rise of its event rate at an unknown time:
 * M_t = (M_{t-1} + 1) · factor_t for each alternative, averaged. An alarm at M ≥ 1/α comes falsely at most once
 * in 1/α events on average, so α is a rate per event and has to be far smaller than a test level.
 * Source: Shin, Ramdas and Rinaldo, E-detectors, NEJSDS 2023 (Shiryaev-Roberts form).
 */
export class EDetector {
  readonly #up: readonly number[];
  readonly #down: readonly number[];
  readonly #logM: Float64Array;

  /** `weight`: share of the promoted release in (0, 1). `ratio`: tolerated rate ratio promoted : holdback. */
  constructor(weight: number, ratio: number) {
    const base = theta(weight, ratio);
    const alternatives = HARM_RATIO.map((multiple) => theta(weight, ratio * multiple));
    this.#up = alternatives.map((rate) => Math.log(rate / base));
    this.#down = alternatives.map((rate) => Math.log((1 - rate) / (1 - base)));
    this.#logM = new Float64Array(alternatives.length).fill(-Infinity);
  }

  /** Takes the next event and says which release had it. Returns ln M. */
  add(isPromoted: boolean): number {
    const factors = isPromoted ? this.#up : this.#down;
    for (const [index, factor] of factors.entries()) {
      const logM = this.#logM[index] ?? -Infinity;
      // ln(M + 1), for large M without overflow.
      const grown = logM > 0 ? logM + Math.log1p(Math.exp(-logM)) : Math.log1p(Math.exp(logM));
      this.#logM[index] = grown + factor;
    }
    return logSumExp(this.#logM) - Math.log(this.#logM.length);
  }
}
