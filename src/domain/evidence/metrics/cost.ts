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

/** Shows money: the mean per arm in dollars, uncapped, and the ratio of the means. */
class MoneyDisplay implements BlockDisplay {
  readonly #usd = new ByEpoch(emptyStratum);

  add({ arm, epoch, weight }: SessionOutcome, pico: number): void {
    addValue(this.#usd.row(epoch, weight)[arm], pico / PICO_PER_USD);
  }

  display(alpha: number): Pick<MetricDisplay, "value" | "effect"> {
    const [stable, candidate] = [totalOf(this.#usd.rows, "stable"), totalOf(this.#usd.rows, "candidate")];
    const isEnough = Math.min(stable.n, candidate.n) >= ENOUGH_FOR_INTERVAL;
    return {
      value: {
        stable: stable.n === 0 ? null : stable.sum / stable.n,
        candidate: candidate.n === 0 ? null : candidate.sum / candidate.n,
      },
      effect: ratioOfMeans(this.#usd.rows, { alpha, isEnough }),
    };
  }

  absorb(other: BlockDisplay): void {
    if (!(other instanceof MoneyDisplay)) throw differentMetric();
    for (const { epoch, weight, candidate, stable } of other.#usd.rows) {
      const row = this.#usd.row(epoch, weight);
      addSums(row.candidate, candidate);
      addSums(row.stable, stable);
    }
  }
}

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
 * Cost of a session, all attempts, failed sessions as they are. With a cap in the plan: the capped-mean test, on
 * mean cost with every session clipped at the cap. Without one the mean of a heavy tail cannot be tested, and the
 * block-rank test compares typical cost instead: it is blind to a few very dear sessions.
 */
export const cost = defineMetric({
  name: "cost",
  unit: "usd",
  create: (plan) =>
    new BlockTally({
      ...(plan.capPico === null ? rankTests(plan) : cappedTests(plan, plan.capPico)),
      valueOf: ({ costPico }) => costPico,
      display: new MoneyDisplay(),
    }),
});
