import type { ArmValues } from "../blocks.ts";
import { Blocks } from "../blocks.ts";
import { boundedHarmWealth, boundedNoWorseWealth } from "../bounded-mean.ts";
import { ByEpoch } from "../by-epoch.ts";
import type { DelayedOutcome } from "../evidence.ts";
import type { LogWealth } from "../log-wealth.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import { logSampleRatio } from "../sample-ratio.ts";
import { addSums, addValue, emptyStratum, ENOUGH_FOR_INTERVAL, ratioOfMeans, totalOf } from "../stratum.ts";
import { differentMetric } from "./metric.ts";
import type { MetricDisplay, Proof, Tally } from "./metric.ts";

/** Between what is sent and a score in [0, 1] of which more is better. */
export interface Scale {
  /** `null` for a session that is left out. */
  scoreOf(value: number | null): number | null;
  /** What people are shown for a mean score. */
  shownOf(score: number): number;
}

/** Evidence from the mean of something bounded, in closed blocks of consecutive sessions: the bounded-mean test. */
export class MeanTally implements Tally<DelayedOutcome> {
  readonly #plan: MetricPlan;
  readonly #scale: Scale;
  readonly #harm: LogWealth;
  readonly #noWorse: LogWealth;
  readonly #blocks: Blocks;
  readonly #shown = new ByEpoch(emptyStratum);
  #leftOut = 0;

  constructor(plan: MetricPlan, scale: Scale) {
    const { harmDrop = 0, noWorseDrop = 0 } = plan;
    const [harm, noWorse] = [boundedHarmWealth(harmDrop), boundedNoWorseWealth(noWorseDrop)];
    this.#plan = plan;
    this.#scale = scale;
    this.#harm = harm;
    this.#noWorse = noWorse;
    this.#blocks = new Blocks((block) => {
      const rise = riseOf(block);
      harm.bet(-(rise + harmDrop));
      noWorse.bet(rise + noWorseDrop);
    });
  }

  add(outcome: DelayedOutcome): void {
    const score = this.#scale.scoreOf(outcome.value);
    this.#blocks.add(outcome, score);
    if (score === null) this.#leftOut += 1;
    else addValue(this.#shown.row(outcome.epoch, outcome.weight)[outcome.arm], this.#scale.shownOf(score));
  }

  logHarm(): number {
    return this.#harm.logE();
  }

  logNoWorse(): number {
    return this.#noWorse.logE();
  }

  /** The sample-ratio test on the sessions that were not left out; 0 while none was. */
  logLeftOut(): number {
    if (this.#leftOut === 0) return 0;
    return logSampleRatio(
      this.#shown.rows.map(({ weight, candidate, stable }) => ({
        weight,
        candidate: candidate.n,
        stable: stable.n,
      })),
    );
  }

  display(alpha: number): MetricDisplay {
    const { rows } = this.#shown;
    const [stable, candidate] = [totalOf(rows, "stable"), totalOf(rows, "candidate")];
    const isEnough = Math.min(stable.n, candidate.n) >= ENOUGH_FOR_INTERVAL;
    return {
      n: { stable: stable.n, candidate: candidate.n },
      value: {
        stable: stable.n === 0 ? null : stable.sum / stable.n,
        candidate: candidate.n === 0 ? null : candidate.sum / candidate.n,
      },
      effect: ratioOfMeans(rows, { alpha, isEnough }),
    };
  }

  absorb(other: Proof): void {
    if (!(other instanceof MeanTally) || other.#plan.metric !== this.#plan.metric) throw differentMetric();
    this.#harm.absorb(other.#harm);
    this.#noWorse.absorb(other.#noWorse);
    this.#leftOut += other.#leftOut;
    for (const { epoch, weight, candidate, stable } of other.#shown.rows) {
      const row = this.#shown.row(epoch, weight);
      addSums(row.candidate, candidate);
      addSums(row.stable, stable);
    }
  }
}

/** W: mean score of the candidate less mean score of stable. */
const riseOf = ({ candidate, stable }: ArmValues): number => meanOf(candidate) - meanOf(stable);

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index] ?? 0;
  return sum / values.length;
}
