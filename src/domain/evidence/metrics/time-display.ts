import { ByEpoch } from "../by-epoch.ts";
import { addSums, addValue, emptyStratum, ENOUGH_FOR_INTERVAL, ratioOfLogMeans, totalOf } from "../stratum.ts";
import type { SessionOutcome } from "../evidence.ts";
import { QuantileSketch } from "../quantile-sketch.ts";
import type { BlockDisplay } from "./block-tally.ts";
import { differentMetric } from "./metric.ts";
import type { MetricDisplay } from "./metric.ts";

/** A clock that stood still: its logarithm must stay finite. */
const LEAST = 1e-3;

/**
 * Shows times and speeds: the median per arm and the ratio of the geometric means, both over the sessions that did not
 * fail (the test counts failed ones as infinitely slow; a median of infinity tells nobody anything).
 */
export class TimeDisplay implements BlockDisplay {
  readonly #failed: number;
  readonly #logs = new ByEpoch(emptyStratum);
  readonly #sketches = { stable: new QuantileSketch(), candidate: new QuantileSketch() };

  /** `failed`: what a failed session counts as; Infinity for times, 0 for speeds. */
  constructor(failed = Infinity) {
    this.#failed = failed;
  }

  add({ arm, epoch, weight }: SessionOutcome, value: number): void {
    if (value === this.#failed) return;
    this.#sketches[arm].add(value);
    addValue(this.#logs.row(epoch, weight)[arm], Math.log(Math.max(LEAST, value)));
  }

  display(alpha: number): Pick<MetricDisplay, "value" | "effect"> {
    const strata = this.#logs.rows;
    const isEnough = Math.min(totalOf(strata, "stable").n, totalOf(strata, "candidate").n) >= ENOUGH_FOR_INTERVAL;
    const { stable, candidate } = this.#sketches;
    return {
      value: { stable: stable.quantile(0.5), candidate: candidate.quantile(0.5) },
      effect: ratioOfLogMeans(strata, { alpha, isEnough }),
    };
  }

  absorb(other: BlockDisplay): void {
    if (!(other instanceof TimeDisplay)) throw differentMetric();
    this.#sketches.stable.absorb(other.#sketches.stable);
    this.#sketches.candidate.absorb(other.#sketches.candidate);
    for (const { epoch, weight, candidate, stable } of other.#logs.rows) {
      const row = this.#logs.row(epoch, weight);
      addSums(row.candidate, candidate);
      addSums(row.stable, stable);
    }
  }
}
