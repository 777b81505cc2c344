import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { MetricPlan } from "../rollout/plan.ts";
import { sessionsNeeded, usualOutlook } from "./sessions-needed.ts";
import type { Outlook } from "./sessions-needed.ts";

const plan = (changes: Partial<MetricPlan> & Pick<MetricPlan, "metric">): MetricPlan => ({
  harmRatio: 1.25,
  noWorseRatio: 2,
  share: 1,
  required: true,
  capPico: null,
  ...changes,
});

const JUDGE = { score: "s", digest: "d", sample: 1 } as const;
const judgePlan = (noWorseDrop: number): MetricPlan =>
  plan({ metric: "judge", harmRatio: 1, noWorseRatio: 1, harmDrop: 0, noWorseDrop, judge: JUDGE, withinMs: 1 });

interface Oracle {
  readonly id: string;
  readonly group: string;
  readonly inputs: Readonly<
    Record<"stableRate" | "candidateRate" | "rate" | "w" | "alpha" | "beta" | "r0" | "r1", number>
  >;
  readonly expected: { readonly total: number; readonly candidate: number; readonly totalWithMixtureCost?: number };
}

const ORACLES = (
  JSON.parse(readFileSync(new URL("../../../test/fixtures/oracles/delivery.json", import.meta.url), "utf8")) as {
    readonly oracles: readonly Oracle[];
  }
).oracles.filter(({ group }) => group === "planner");

describe("sessions needed for events", () => {
  test.each(ORACLES)("$id is the planner table's figure", ({ inputs, expected }) => {
    const isHarm = inputs.r0 !== undefined;
    const needed = sessionsNeeded({
      metric: plan({ metric: "errors", harmRatio: inputs.r0 ?? 1.25, noWorseRatio: inputs.r1 ?? 2 }),
      test: isHarm ? "harm" : "no-worse",
      weight: inputs.w,
      level: isHarm ? inputs.alpha : inputs.beta,
      outlook: isHarm
        ? { kind: "events", stable: inputs.stableRate, candidate: inputs.candidateRate }
        : { kind: "events", stable: inputs.rate, candidate: inputs.rate },
    });
    expect(needed.total / expected.total).toBeCloseTo(1, 9);
    expect(needed.candidate / expected.candidate).toBeCloseTo(1, 9);
    if (expected.totalWithMixtureCost !== undefined) {
      expect(needed.totalWithMixtureCost / expected.totalWithMixtureCost).toBeCloseTo(1, 9);
    }
  });

  test("a good event mirrors a bad one with the arms in each other's place", () => {
    const good = plan({ metric: "business:sold", business: { type: "event", isGood: true }, withinMs: 1 });
    const bad = plan({ metric: "errors" });
    const fewer: Outlook = { kind: "events", stable: 0.1, candidate: 0.02 };
    const more: Outlook = { kind: "events", stable: 0.02, candidate: 0.1 };
    const terms = { test: "harm", level: 0.05 } as const;
    expect(sessionsNeeded({ ...terms, metric: good, weight: 0.25, outlook: fewer }).total).toBeCloseTo(
      sessionsNeeded({ ...terms, metric: bad, weight: 0.75, outlook: more }).total,
      6,
    );
    expect(sessionsNeeded({ ...terms, metric: good, weight: 0.25, outlook: more }).total).toBe(Infinity);
  });

  test("an absolute margin is proven sooner than a ratio where the event is rare", () => {
    const terms = { test: "no-worse", weight: 0.25, level: 0.05 } as const;
    const rare: Outlook = { kind: "events", stable: 0.001, candidate: 0.001 };
    const ratio = sessionsNeeded({ ...terms, metric: plan({ metric: "problems", withinMs: 1 }), outlook: rare });
    const points = sessionsNeeded({
      ...terms,
      metric: plan({ metric: "problems", withinMs: 1, noWorsePoints: 0.01 }),
      outlook: rare,
    });
    expect(ratio.total).toBeGreaterThan(50_000);
    expect(points.total).toBeGreaterThan(1_000);
    expect(points.total).toBeLessThan(2_500);
  });

  test("a truth on the wrong side of the margin is never proven", () => {
    const worse: Outlook = { kind: "events", stable: 0.01, candidate: 0.03 };
    const alike: Outlook = { kind: "events", stable: 0.01, candidate: 0.01 };
    const terms = { metric: plan({ metric: "errors" }), weight: 0.05, level: 0.05 } as const;
    expect(sessionsNeeded({ ...terms, test: "no-worse", outlook: worse }).total).toBe(Infinity);
    expect(sessionsNeeded({ ...terms, test: "harm", outlook: alike }).totalWithMixtureCost).toBe(Infinity);
  });
});

/** Between the plain and the cautious figure, give or take: the reference's own rule for its planner is 0.6 to 1.8. */
function expectNear(
  { total, totalWithMixtureCost }: { total: number; totalWithMixtureCost: number },
  simulated: number,
) {
  expect(simulated / total).toBeGreaterThan(0.6);
  expect(simulated / total).toBeLessThan(1.8);
  expect(totalWithMixtureCost).toBeGreaterThan(total);
}

describe("sessions needed for tests on blocks", () => {
  // Medians of delivery.md 3.3: candidate sessions for times 30 % longer of spread 0.6.
  test.each([
    [0.05, 54],
    [0.5, 116],
  ])(
    "times 30 %% longer at a weight of %d are found near the simulated median of %d candidate sessions",
    (weight, median) => {
      const outlook: Outlook = { kind: "times", ratio: 1.3, spread: 0.6 };
      const metric = plan({ metric: "latency", harmRatio: 1 });
      const needed = sessionsNeeded({ metric, test: "harm", weight, level: 0.05, outlook });
      expectNear(needed, median / weight);
    },
  );

  test("speeds are times turned round", () => {
    const terms = { test: "harm", weight: 0.25, level: 0.05 } as const;
    const longer: Outlook = { kind: "times", ratio: 1.3, spread: 0.6 };
    const slower: Outlook = { kind: "times", ratio: 1 / 1.3, spread: 0.6 };
    expect(
      sessionsNeeded({ ...terms, metric: plan({ metric: "tokens-per-second" }), outlook: slower }).total,
    ).toBeCloseTo(sessionsNeeded({ ...terms, metric: plan({ metric: "latency" }), outlook: longer }).total, 6);
  });

  // delivery.md 3.5: 230 pairs for a margin of 0.05 and 1,320 for 0.02 at a standard deviation of a difference of 0.30.
  test.each([
    [0.05, 230],
    [0.02, 1_320],
  ])("scores alike are proven no worse by %d near the simulated median of %d pairs", (margin, pairs) => {
    const outlook: Outlook = { kind: "means", stable: 0.8, candidate: 0.8, deviation: 0.3 / Math.SQRT2 };
    const terms = { test: "no-worse", weight: 0.5, level: 0.05, outlook } as const;
    expectNear(sessionsNeeded({ ...terms, metric: judgePlan(margin) }), pairs * 2);
  });

  test("a judge of one session in five needs five times the sessions", () => {
    const all = judgePlan(0.05);
    const some = { ...all, judge: { ...JUDGE, sample: 0.2 } };
    const terms = { test: "no-worse", weight: 0.25, level: 0.05 } as const;
    expect(sessionsNeeded({ ...terms, metric: some }).total).toBeCloseTo(
      5 * sessionsNeeded({ ...terms, metric: all }).total,
      6,
    );
  });

  // delivery.md 3.4: 518 of either arm for +20 % at a lognormal spread of 1, capped at the 99th percentile.
  test("capped costs a fifth higher are found near the simulated median", () => {
    const outlook: Outlook = { kind: "means", stable: 0.156, candidate: 0.187, deviation: 0.173 };
    const metric = plan({ metric: "cost", harmRatio: 1.0001, capPico: 1 });
    expectNear(sessionsNeeded({ metric, test: "harm", weight: 0.5, level: 0.05, outlook }), 2 * 518);
  });

  test("an outlook of another kind says nothing", () => {
    const outlook: Outlook = { kind: "events", stable: 0.1, candidate: 0.1 };
    const metric = plan({ metric: "latency" });
    expect(() => sessionsNeeded({ metric, test: "harm", weight: 0.5, level: 0.05, outlook })).toThrow(TypeError);
  });
});

describe("the usual outlook", () => {
  const ALL: readonly MetricPlan[] = [
    ...(
      [
        "errors",
        "refusals",
        "invalid-output",
        "tool-failures",
        "abandoned",
        "latency-tail",
        "thumbs",
        "problems",
      ] as const
    ).map((metric) => plan({ metric })),
    plan({ metric: "latency", harmRatio: 1.1, noWorseRatio: 1.25 }),
    plan({ metric: "first-token", harmRatio: 1.1, noWorseRatio: 1.25 }),
    plan({ metric: "tokens-per-second", harmRatio: 1.1, noWorseRatio: 1.25 }),
    plan({ metric: "cost", harmRatio: 1.1, noWorseRatio: 1.2 }),
    plan({ metric: "cost", harmRatio: 1.1, noWorseRatio: 1.2, capPico: 10 }),
    judgePlan(0.05),
    plan({ metric: "business:sold", business: { type: "event", isGood: true } }),
    plan({
      metric: "business:minutes",
      harmDrop: 0,
      noWorseDrop: 0.05,
      business: { type: "value", low: 0, high: 9, better: "lower", missing: 9 },
    }),
  ];

  test.each(ALL)(
    "lets $metric be proven no worse, and a bad candidate harmful, in a finite number of sessions",
    (metric) => {
      for (const weight of [0.01, 0.25, 0.5]) {
        const noWorse = sessionsNeeded({ metric, test: "no-worse", weight, level: 0.05 });
        expect(noWorse.total).toBeGreaterThan(10);
        expect(noWorse.total).toBeLessThan(1e6);
        const harm = sessionsNeeded({ metric, test: "harm", weight, level: 0.05 * metric.share });
        expect(harm.total).toBeLessThan(1e6);
      }
      expect(usualOutlook(metric, "no-worse").kind).toBeTypeOf("string");
    },
  );
});
