import { Blocks } from "../blocks.ts";
import type { ArmValues } from "../blocks.ts";
import { rankShare, rankWealth } from "../block-rank.ts";
import type { SessionOutcome } from "../evidence.ts";
import type { LogWealth } from "../log-wealth.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import { differentMetric } from "./metric.ts";
import type { MetricDisplay, Proof, Tally } from "./metric.ts";

/** One direction of a test on closed blocks: what is bet on, and the wealth so far. */
export interface BlockTest {
  readonly wealth: LogWealth;
  readonly payoffOf: (block: ArmValues) => number;
}

/** What a metric on blocks shows to people. */
export interface BlockDisplay {
  /** `value` as the test sees it. */
  add(outcome: SessionOutcome, value: number): void;
  display(alpha: number): Pick<MetricDisplay, "value" | "effect" | "real">;
  absorb(other: BlockDisplay): void;
}

/** What makes a metric on blocks. */
export interface BlockTerms {
  /** The session's value, 0 or more, Infinity for the worst; `null` when the session is not part of the metric. */
  readonly valueOf: (outcome: SessionOutcome) => number | null;
  readonly harm: BlockTest;
  readonly noWorse: BlockTest;
  readonly display: BlockDisplay;
}

/** The block-rank test: is the candidate's value above (harm), or below (no worse), ratio times stable's more often than not? */
export const rankTests = ({ harmRatio, noWorseRatio }: MetricPlan): Pick<BlockTerms, "harm" | "noWorse"> => ({
  harm: { wealth: rankWealth(), payoffOf: (block) => rankShare(block, harmRatio) - 0.5 },
  noWorse: { wealth: rankWealth(), payoffOf: (block) => 0.5 - rankShare(block, noWorseRatio) },
});

/** The same for what is better when higher: is stable's value above ratio times the candidate's more often than not? */
export const turnedRankTests = ({ harmRatio, noWorseRatio }: MetricPlan): Pick<BlockTerms, "harm" | "noWorse"> => ({
  harm: { wealth: rankWealth(), payoffOf: (block) => rankShare(turned(block), harmRatio) - 0.5 },
  noWorse: { wealth: rankWealth(), payoffOf: (block) => 0.5 - rankShare(turned(block), noWorseRatio) },
});

const turned = ({ candidate, stable }: ArmValues): ArmValues => ({ candidate: stable, stable: candidate });

/** Evidence from blocks of consecutive sessions; one that is not part of the metric has its place in a block and no value. */
export class BlockTally implements Tally {
  readonly #terms: BlockTerms;
  readonly #blocks: Blocks;
  #stable = 0;
  #candidate = 0;

  constructor(terms: BlockTerms) {
    this.#terms = terms;
    this.#blocks = new Blocks((block) => {
      for (const { wealth, payoffOf } of [terms.harm, terms.noWorse]) wealth.bet(payoffOf(block));
    });
  }

  add(outcome: SessionOutcome): void {
    const value = this.#terms.valueOf(outcome);
    this.#blocks.add(outcome, value);
    if (value === null) return;
    if (outcome.arm === "candidate") this.#candidate += 1;
    else this.#stable += 1;
    this.#terms.display.add(outcome, value);
  }

  logHarm(): number {
    return this.#terms.harm.wealth.logE();
  }

  logNoWorse(): number {
    return this.#terms.noWorse.wealth.logE();
  }

  display(alpha: number): MetricDisplay {
    return { n: { stable: this.#stable, candidate: this.#candidate }, ...this.#terms.display.display(alpha) };
  }

  absorb(other: Proof): void {
    if (!(other instanceof BlockTally)) throw differentMetric();
    this.#stable += other.#stable;
    this.#candidate += other.#candidate;
    this.#terms.harm.wealth.absorb(other.#terms.harm.wealth);
    this.#terms.noWorse.wealth.absorb(other.#terms.noWorse.wealth);
    this.#terms.display.absorb(other.#terms.display);
  }
}
