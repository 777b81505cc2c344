import { ByEpoch } from "../by-epoch.ts";
import { cappedDifference, cappedHarmWealth, cappedNoWorseWealth } from "../capped-mean.ts";
import { addSums, addValue, emptyStratum, ENOUGH_FOR_INTERVAL, ratioOfMeans, totalOf } from "../stratum.ts";
import type { SessionOutcome } from "../evidence.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import { BlockTally, rankTests } from "./block-tally.ts";
import type { BlockDisplay, BlockTerms } from "./block-tally.ts";
import { defineMetric, differentMetric } from "./metric.ts";
import type { MetricDisplay } from "./metric.ts";

const PICO_PER_USD = 1e12;

/** Shows money: the mean per arm in dollars, uncapped, and the ratio of the means; what was really spent beside it. */
class MoneyDisplay implements BlockDisplay {
  readonly #usd = new ByEpoch(emptyStratum);
  readonly #realPico = { stable: 0, candidate: 0 };
  /** Whether anything was saved by a cache. */
  #isApart = false;

  add({ arm, epoch, weight, costPico, neutralPico }: SessionOutcome, pico: number): void {
    addValue(this.#usd.row(epoch, weight)[arm], pico / PICO_PER_USD);
    this.#realPico[arm] += costPico;
    this.#isApart ||= neutralPico !== undefined;
  }

  display(alpha: number): Pick<MetricDisplay, "value" | "effect" | "real"> {
    const [stable, candidate] = [totalOf(this.#usd.rows, "stable"), totalOf(this.#usd.rows, "candidate")];
    const isEnough = Math.min(stable.n, candidate.n) >= ENOUGH_FOR_INTERVAL;
    const real = this.#realPico;
    return {
      value: { stable: meanOf(stable.sum, stable.n), candidate: meanOf(candidate.sum, candidate.n) },
      effect: ratioOfMeans(this.#usd.rows, { alpha, isEnough }),
      ...(this.#isApart && {
        real: {
          stable: meanOf(real.stable / PICO_PER_USD, stable.n),
          candidate: meanOf(real.candidate / PICO_PER_USD, candidate.n),
        },
      }),
    };
  }

  absorb(other: BlockDisplay): void {
    if (!(other instanceof MoneyDisplay)) throw differentMetric();
    for (const { epoch, weight, candidate, stable } of other.#usd.rows) {
      const row = this.#usd.row(epoch, weight);
      addSums(row.candidate, candidate);
      addSums(row.stable, stable);
    }
    this.#realPico.stable += other.#realPico.stable;
    this.#realPico.candidate += other.#realPico.candidate;
    this.#isApart ||= other.#isApart;
  }
}

const meanOf = (sum: number, n: number): number | null => (n === 0 ? null : sum / n);

function cappedTests(plan: MetricPlan, capPico: number): Pick<BlockTerms, "harm" | "noWorse"> {
  const [harmMargin, noWorseMargin] = [plan.harmRatio - 1, plan.noWorseRatio - 1];
  return {
    harm: {
      wealth: cappedHarmWealth(harmMargin),
      payoffOf: (block) => cappedDifference(block, capPico, harmMargin),
    },
    noWorse: {
      wealth: cappedNoWorseWealth(),
      payoffOf: (block) => -cappedDifference(block, capPico, noWorseMargin),
    },
  };
}

/**
 * Cost of a session, all attempts, failed sessions as they are; without what caches saved, because their hits come
 * with the share of traffic and a candidate of 5 % would look dearer than it will be (reference 3.4, point 4). With a cap in the plan: the capped-mean test, on
 * mean cost with every session clipped at the cap. Without one the mean of a heavy tail cannot be tested, and the
 * block-rank test compares typical cost instead: it is blind to a few very dear sessions.
 */
export const cost = defineMetric({
  name: "cost",
  unit: "usd",
  create: (plan) =>
    new BlockTally({
      ...(plan.capPico === null ? rankTests(plan) : cappedTests(plan, plan.capPico)),
      valueOf: ({ costPico, neutralPico }) => neutralPico ?? costPico,
      display: new MoneyDisplay(),
    }),
});
