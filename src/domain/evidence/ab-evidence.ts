import type { AbPlan, MetricName, MetricPlan } from "../rollout/plan.ts";
import { ByEpoch } from "./by-epoch.ts";
import type { EpochRow } from "./by-epoch.ts";
import type { DelayedOutcome, SessionOutcome, TestReading } from "./evidence.ts";
import { EventTest } from "./event-test.ts";
import { definitionOf } from "./metrics/index.ts";
import type { Drawn, Proof, Tally } from "./metrics/metric.ts";
import { logSampleRatio, SAMPLE_RATIO_ALPHA } from "./sample-ratio.ts";
import { logThreshold } from "./thresholds.ts";

/** What the goal of an A/B test shows so far. Everything counts sessions whose outcome is final. */
export interface AbReading {
  readonly goal: MetricName;
  /** Both arms together. */
  readonly sessions: number;
  /** Whether the candidate, or stable, is proven to be the better one: margin 0. */
  readonly better: Pick<TestReading, "logE" | "threshold" | "crossed">;
  readonly worse: Pick<TestReading, "logE" | "threshold" | "crossed">;
  /** Whether the analysed sessions are split as they were drawn. */
  readonly analysed: Pick<TestReading, "logE" | "threshold" | "crossed">;
  /** Hash of the reading of all metrics that it goes with, 64 hex digits. */
  readonly evidenceHash: string;
}

interface AnalysedCounts extends EpochRow {
  candidate: number;
  stable: number;
}

/** Multiples of the effect that is looked for, at which the test of events bets. */
const EFFECTS = [0.5, 1, 2, 4];

/** The plan of a metric with every margin at nothing: its harm test then says worse, its other test better. */
export function withoutMargins({ noWorsePoints: _, noWorseOrPoints: __, ...metric }: MetricPlan): MetricPlan {
  return {
    ...metric,
    harmRatio: 1,
    noWorseRatio: 1,
    ...(metric.harmDrop !== undefined && { harmDrop: 0 }),
    ...(metric.noWorseDrop !== undefined && { noWorseDrop: 0 }),
  };
}

/**
 * The evidence on who wins an A/B test: the goal's own tests at a margin of 0, in both directions, each at half of α, so
 * that a winner is named wrongly at most that often. Looking after every session is free, as with every e-process. An
 * event is tested at multiples of the effect that was planned, because the usual grids look for gross harm.
 */
export class AbEvidence {
  readonly #test: AbPlan;
  readonly #threshold: number;
  readonly #atOnce: Tally | null;
  readonly #delayed: Tally<DelayedOutcome> | null;
  readonly #better: EventTest;
  readonly #worse: EventTest;
  readonly #analysed = new ByEpoch<AnalysedCounts>((epoch, weight) => ({ epoch, weight, candidate: 0, stable: 0 }));

  /** `goal`: the plan of the metric that decides. `alpha`: level of both directions together. */
  constructor(test: AbPlan, goal: MetricPlan, alpha: number) {
    const definition = definitionOf(goal.metric);
    const plan = withoutMargins(goal);
    this.#test = test;
    this.#threshold = logThreshold(alpha / 2);
    this.#atOnce = "unit" in definition ? definition.create(plan) : null;
    this.#delayed = "unit" in definition ? null : definition.create(plan);
    this.#better = new EventTest(
      1,
      EFFECTS.map((multiple) => 1 / (1 + multiple * test.effect)),
    );
    this.#worse = new EventTest(
      1,
      EFFECTS.map((multiple) => 1 + multiple * test.effect),
    );
  }

  add(outcome: SessionOutcome): void {
    if (this.#atOnce === null) return;
    this.#count(outcome);
    this.#atOnce.add(outcome);
  }

  addDelayed(metric: MetricName, outcome: DelayedOutcome): void {
    if (this.#delayed === null || metric !== this.#test.goal) return;
    this.#count(outcome);
    this.#delayed.add(outcome);
  }

  #count({ epoch, weight, arm }: Drawn): void {
    this.#analysed.row(epoch, weight)[arm] += 1;
  }

  /** Adds another replica's evidence under the same plan. */
  absorb(other: AbEvidence): void {
    this.#proof().absorb(other.#proof());
    for (const { epoch, weight, candidate, stable } of other.#analysed.rows) {
      const row = this.#analysed.row(epoch, weight);
      row.candidate += candidate;
      row.stable += stable;
    }
  }

  reading(): Omit<AbReading, "evidenceHash"> {
    const proof = this.#proof();
    const counts = proof.counts?.();
    const { rows } = this.#analysed;
    return {
      goal: this.#test.goal,
      sessions: rows.reduce((sum, { candidate, stable }) => sum + candidate + stable, 0),
      better: read(counts === undefined ? proof.logNoWorse() : this.#better.logE(counts), this.#threshold),
      worse: read(counts === undefined ? proof.logHarm() : this.#worse.logE(counts), this.#threshold),
      analysed: read(logSampleRatio(rows), logThreshold(SAMPLE_RATIO_ALPHA)),
    };
  }

  #proof(): Proof {
    const proof = this.#atOnce ?? this.#delayed;
    if (proof === null) throw new TypeError(`The goal ${this.#test.goal} has no tally.`);
    return proof;
  }
}

const read = (logE: number, threshold: number): AbReading["better"] => ({
  logE,
  threshold,
  crossed: logE >= threshold,
});
