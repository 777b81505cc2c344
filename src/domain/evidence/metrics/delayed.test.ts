import { readFileSync } from "node:fs";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, test } from "vitest";
import type { BusinessPlan, MetricPlan } from "../../rollout/plan.ts";
import type { DelayedOutcome } from "../evidence.ts";
import { Evidence } from "../running-evidence.ts";
import { DELAYED_METRICS } from "./index.ts";
import type { Tally } from "./metric.ts";

const planOf = (changes: Partial<MetricPlan> & Pick<MetricPlan, "metric">): MetricPlan => ({
  harmRatio: 1.25,
  noWorseRatio: 1.5,
  share: 1,
  required: true,
  capPico: null,
  withinMs: 1,
  ...changes,
});

const judgePlan = (noWorseDrop: number): MetricPlan =>
  planOf({ metric: "judge", harmDrop: 0, noWorseDrop, judge: { score: "s", digest: "d", sample: 1 } });

const ownPlan = (business: BusinessPlan, changes: Partial<MetricPlan> = {}): MetricPlan =>
  planOf({ metric: "business:own", business, ...changes });

const outcome = (arm: DelayedOutcome["arm"], value: number | null): DelayedOutcome => ({
  arm,
  epoch: 1,
  weight: 0.5,
  value,
});

/** Blocks of four at an even split. */
function fill(
  tally: Tally<DelayedOutcome>,
  blocks: number,
  [candidate, stable]: readonly (number | null)[],
): typeof tally {
  for (let index = 0; index < blocks * 4; index += 1) {
    tally.add(index % 2 === 0 ? outcome("candidate", candidate ?? null) : outcome("stable", stable ?? null));
  }
  return tally;
}

interface JudgeOracle {
  readonly id: string;
  readonly group: string;
  readonly inputs: { readonly W: readonly number[]; readonly m?: number };
  readonly expected: { readonly logE: number };
}

const ORACLES = (
  JSON.parse(readFileSync(new URL("../../../../test/fixtures/oracles/delivery.json", import.meta.url), "utf8")) as {
    readonly oracles: readonly JudgeOracle[];
  }
).oracles.filter(({ group }) => group === "bounded-mean");

describe("the judge", () => {
  test.each(ORACLES)("has the evidence of $id from sessions with these scores", ({ id, inputs, expected }) => {
    const tally = DELAYED_METRICS.judge.create(judgePlan(inputs.m ?? 0.05));
    for (const rise of inputs.W) {
      for (const arm of ["stable", "candidate", "stable", "candidate"] as const) {
        tally.add(outcome(arm, arm === "candidate" ? 0.5 + rise : 0.5));
      }
    }
    expect(id.startsWith("judge.harm.") ? tally.logHarm() : tally.logNoWorse()).toBeCloseTo(expected.logE, 10);
  });

  test("leaves out who was not scored in time, and keeps its place in the block", () => {
    const tally = DELAYED_METRICS.judge.create(judgePlan(0.05));
    for (let block = 0; block < 50; block += 1) {
      tally.add(outcome("candidate", null));
      tally.add(outcome("stable", null));
      tally.add(outcome("candidate", 0.75));
      tally.add(outcome("stable", 0.25));
    }
    expect(tally.display(0.05)).toMatchObject({
      n: { stable: 50, candidate: 50 },
      value: { stable: 0.25, candidate: 0.75 },
    });
    expect(tally.logNoWorse()).toBeGreaterThan(Math.log(20));
    expect(tally.logLeftOut?.()).toBeLessThan(0);
  });

  test("notices when only the candidate's scores go missing", () => {
    const evidence = new Evidence({ metrics: [judgePlan(0.05)], alpha: 0.05, beta: 0.05 });
    for (let session = 0; session < 400; session += 1) {
      const arm = session % 2 === 0 ? "candidate" : "stable";
      evidence.assigned(arm, 1, 0.5);
      evidence.addDelayed("judge", outcome(arm, arm === "candidate" && session % 4 === 0 ? null : 0.8));
    }
    expect(evidence.reading().sampleRatio.crossed).toBe(true);
  });

  test("is harmful when its scores are lower, and no worse when they are higher", () => {
    expect(fill(DELAYED_METRICS.judge.create(judgePlan(0.05)), 80, [0.6, 0.8]).logHarm()).toBeGreaterThan(3);
    expect(fill(DELAYED_METRICS.judge.create(judgePlan(0.05)), 80, [0.8, 0.8]).logNoWorse()).toBeGreaterThan(2);
  });
});

describe.each(["thumbs", "problems"] as const)("%s", (metric) => {
  test("count what was reported, and what was not as nothing, in both arms", () => {
    const tally = fill(DELAYED_METRICS[metric].create(planOf({ metric })), 50, [1, null]);
    expect(tally.display(0.05)).toMatchObject({
      n: { stable: 100, candidate: 100 },
      value: { stable: 0, candidate: 1 },
    });
    expect(tally.logHarm()).toBeGreaterThan(3);
    expect(tally.logNoWorse()).toBeLessThan(0);
  });
});

describe("a metric of the application's own", () => {
  test("is harmful where a good event becomes rarer, and no worse where it becomes more frequent", () => {
    const plan = ownPlan({ type: "event", isGood: true });
    const rarer = fill(DELAYED_METRICS.business.create(plan), 50, [null, 1]);
    expect([rarer.logHarm() > 3, rarer.logNoWorse() < 0]).toEqual([true, true]);
    const oftener = fill(DELAYED_METRICS.business.create(plan), 50, [1, null]);
    expect([oftener.logHarm() < 0, oftener.logNoWorse() > 3]).toEqual([true, true]);
  });

  test("is harmful where a bad event becomes more frequent", () => {
    const plan = ownPlan({ type: "event", isGood: false });
    expect(fill(DELAYED_METRICS.business.create(plan), 50, [1, null]).logHarm()).toBeGreaterThan(3);
  });

  test("compares values within their range, shown as they were sent", () => {
    const value = { type: "value", low: 0, high: 200, better: "higher", missing: 0 } as const;
    const tally = fill(
      DELAYED_METRICS.business.create(ownPlan(value, { harmDrop: 0, noWorseDrop: 0.05 })),
      60,
      [40, 120],
    );
    expect(tally.display(0.05).value).toEqual({ stable: 120, candidate: 40 });
    expect(tally.logHarm()).toBeGreaterThan(3);
  });

  test("knows that some values are better when lower", () => {
    const value = { type: "value", low: 0, high: 60, better: "lower", missing: 60 } as const;
    const plan = ownPlan(value, { harmDrop: 0, noWorseDrop: 0.05 });
    expect(fill(DELAYED_METRICS.business.create(plan), 60, [50, 10]).logHarm()).toBeGreaterThan(3);
    expect(fill(DELAYED_METRICS.business.create(plan), 60, [10, 50]).logNoWorse()).toBeGreaterThan(3);
  });

  test("counts a session without a value as what the plan says", () => {
    const value = { type: "value", low: 0, high: 100, better: "higher", missing: 25 } as const;
    const tally = fill(DELAYED_METRICS.business.create(ownPlan(value, { harmDrop: 0, noWorseDrop: 0.05 })), 10, [
      null,
      25,
    ]);
    expect(tally.display(0.05).value).toEqual({ stable: 25, candidate: 25 });
  });
});

describe("delayed evidence", () => {
  const metrics = [
    { ...planOf({ metric: "thumbs", noWorsePoints: 0.05 }), share: 0.25 },
    { ...judgePlan(0.05), share: 0.25 },
    { ...ownPlan({ type: "event", isGood: true }), share: 0.25 },
    {
      ...planOf({ metric: "business:basket" }),
      business: { type: "value", low: 0, high: 1, better: "higher", missing: 0 } as const,
      harmDrop: 0,
      noWorseDrop: 0.05,
      share: 0.25,
    },
  ];

  test("is, on average, at most 1 when the arms are alike, whatever drifts and goes missing (4,000 rollouts, fixed seed)", () => {
    const random = xoroshiro128plus(20_261_122);
    const uniform = (): number => uniformFloat64(random);
    const runs = 4_000;
    let [sum, squares] = [0, 0];
    for (let run = 0; run < runs; run += 1) {
      const evidence = new Evidence({ metrics, alpha: 0.05, beta: 0.05 });
      for (let session = 0; session < 80; session += 1) {
        const isBad = session >= 30 && session < 60;
        const arm = uniform() < 0.25 ? "candidate" : "stable";
        const at = { arm, epoch: 1, weight: 0.25 } as const;
        evidence.addDelayed("thumbs", { ...at, value: uniform() < (isBad ? 0.4 : 0.05) ? 1 : null });
        evidence.addDelayed("judge", { ...at, value: uniform() < 0.2 ? null : uniform() * (isBad ? 0.5 : 1) });
        evidence.addDelayed("business:own", { ...at, value: uniform() < (isBad ? 0.05 : 0.4) ? 1 : null });
        evidence.addDelayed("business:basket", { ...at, value: isBad ? uniform() : null });
      }
      const value = Math.exp(evidence.logUnion());
      sum += value;
      squares += value * value;
    }
    const mean = sum / runs;
    const standardError = Math.sqrt((squares / runs - mean * mean) / runs);
    expect(mean - 3 * standardError).toBeLessThan(1);
    expect(mean).toBeGreaterThan(0.5);
  });

  test("adds up over replicas, in whatever order", () => {
    const parts = [7, 11, 13].map((seed) => {
      const evidence = new Evidence({ metrics, alpha: 0.05, beta: 0.05 });
      for (let session = 0; session < 200; session += 1) {
        const at = { arm: session % seed < 3 ? "candidate" : "stable", epoch: 1, weight: 0.25 } as const;
        for (const { metric } of metrics)
          evidence.addDelayed(metric, { ...at, value: session % (seed + 2) === 0 ? 1 : 0.5 });
      }
      return evidence;
    });
    const merged = (order: readonly number[]) => {
      const all = new Evidence({ metrics, alpha: 0.05, beta: 0.05 });
      for (const index of order) all.absorb(parts[index] ?? all);
      return all.reading().metrics.map(({ n, harm, noWorse }) => [n, harm.logE.toFixed(9), noWorse.logE.toFixed(9)]);
    };
    expect(merged([2, 0, 1])).toEqual(merged([0, 1, 2]));
  });
});
