import { HARM_RATIO, NO_WORSE_RATIO } from "./grids.ts";
import { logSumExp } from "./log-sum-exp.ts";

/** Sessions with the event, by arm, under one weight. Integers: they are the test's sufficient statistic. */
export interface EventCounts {
  /** Candidate weight in force when the sessions were assigned, in (0, 1). */
  readonly weight: number;
  readonly candidate: number;
  readonly stable: number;
}

/** Probability that an event falls on the candidate when the rate ratio candidate : stable is `ratio`. */
export const theta = (weight: number, ratio: number): number => (weight * ratio) / (weight * ratio + 1 - weight);

/** ln of the factor per event under each alternative, for an event on the candidate (`up`) or on stable (`down`). */
interface Factors {
  readonly up: Float64Array;
  readonly down: Float64Array;
}

/**
 * The event-conditional test: given that a session had the event, was it the candidate's as often as the
 * assignment allows? The base rate cancels, so drift and incidents on both arms do no harm.
 * Source: Lindon and Malek, Anytime-Valid Inference for Multinomial Count Data, arXiv 2011.03567.
 */
export class EventTest {
  readonly #base: number;
  readonly #alternatives: readonly number[];
  readonly #wealth: Float64Array;
  readonly #factors = new Map<number, Factors>();

  /** `base`: the ratio of the null. `alternatives`: all above it (harm) or all below it (no worse). */
  constructor(base: number, alternatives: readonly number[]) {
    this.#base = base;
    this.#alternatives = alternatives;
    this.#wealth = new Float64Array(alternatives.length);
  }

  /** Natural logarithm of the e-value of these counts; 0 without events. Finite for weights inside (0, 1). */
  logE(counts: readonly EventCounts[]): number {
    const wealth = this.#wealth.fill(0);
    for (const { weight, candidate, stable } of counts) {
      const { up, down } = this.#factorsAt(weight);
      for (let index = 0; index < wealth.length; index += 1) {
        wealth[index] = (wealth[index] ?? 0) + candidate * (up[index] ?? 0) + stable * (down[index] ?? 0);
      }
    }
    return logSumExp(wealth) - Math.log(wealth.length);
  }

  #factorsAt(weight: number): Factors {
    const known = this.#factors.get(weight);
    if (known !== undefined) return known;
    // θ_r / θ_b = (r / b) · D and (1 - θ_r) / (1 - θ_b) = D, with D = (w b + 1 - w) / (w r + 1 - w).
    const denominators = this.#alternatives.map(
      (ratio) => (weight * this.#base + 1 - weight) / (weight * ratio + 1 - weight),
    );
    const factors = {
      up: Float64Array.from(this.#alternatives, (ratio, index) =>
        Math.log((ratio / this.#base) * (denominators[index] ?? 1)),
      ),
      down: Float64Array.from(denominators, Math.log),
    };
    this.#factors.set(weight, factors);
    return factors;
  }
}

/** Null: the event rate of the candidate is at most `harmRatio` times that of stable. */
export const harmEventTest = (harmRatio: number, grid: readonly number[] = HARM_RATIO): EventTest =>
  new EventTest(
    harmRatio,
    grid.map((multiple) => multiple * harmRatio),
  );

/** Null: the event rate of the candidate is at least `noWorseRatio` (above 1) times that of stable. */
export const noWorseEventTest = (noWorseRatio: number): EventTest => new EventTest(noWorseRatio, NO_WORSE_RATIO);
