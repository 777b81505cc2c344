import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import type { AbPlan, MetricPlan } from "../rollout/plan.ts";
import { planAb } from "./plan-ab.ts";
import { Evidence } from "./running-evidence.ts";

const ERRORS: MetricPlan = {
  metric: "errors",
  harmRatio: 1.25,
  noWorseRatio: 2,
  share: 1,
  required: true,
  capPico: null,
};
const CONVERSION: MetricPlan = {
  metric: "business:conversion",
  harmRatio: 1.25,
  noWorseRatio: 1.25,
  share: 1,
  required: true,
  capPico: null,
  withinMs: 60_000,
  business: { type: "event", isGood: true },
};

/** Uniform in [0, 1), the same in every run: a statistical test must not fail by chance. */
function drawer(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  return () => uniformFloat64(random);
}

interface Study {
  readonly metric: MetricPlan;
  readonly weight: number;
  readonly rates: { readonly stable: number; readonly candidate: number };
  readonly effect: number;
  readonly sessions: number;
}

/** Runs an A/B test to its planned size and answers how it ended, with a look after every 50 sessions. */
function run({ metric, weight, rates, effect, sessions }: Study, seed: number): "candidate" | "stable" | "none" {
  const draw = drawer(seed);
  const ab: AbPlan = {
    goal: metric.metric,
    winner: "ask",
    baseline: rates.stable,
    effect,
    power: 0.8,
    sessions,
    days: 1,
  };
  const evidence = new Evidence({ metrics: [metric], alpha: 0.05, beta: 0.05, ab });
  for (let session = 1; session <= sessions; session += 1) {
    const arm = draw() < weight ? "candidate" : "stable";
    const has = draw() < rates[arm];
    evidence.assigned(arm, 1, weight);
    const drawn = { arm, epoch: 1, weight } as const;
    if (metric.business === undefined) {
      const rest = { latencyMs: 1, firstTokenMs: null, costPico: 0 };
      evidence.add({ ...drawn, ...rest, failure: has ? "provider" : null });
    } else evidence.addDelayed(metric.metric, { ...drawn, value: has ? 1 : null });
    const reading = session % 50 === 0 || session === sessions ? evidence.abReading() : null;
    if (reading?.better.crossed === true) return "candidate";
    if (reading?.worse.crossed === true) return "stable";
  }
  return "none";
}

const RUNS = 300;

function ends(study: Study): Readonly<Record<"candidate" | "stable" | "none", number>> {
  const counts = { candidate: 0, stable: 0, none: 0 };
  for (let seed = 1; seed <= RUNS; seed += 1) counts[run(study, seed)] += 1;
  return counts;
}

describe("an A/B test of the planned size", () => {
  it("finds fewer errors of the size that was looked for at least as often as planned", () => {
    const terms = { weight: 0.5, alpha: 0.05, power: 0.8, baseline: 0.1, effect: 0.5 };
    const sessions = planAb({ metric: ERRORS, ...terms });
    const rates = { stable: 0.1, candidate: 0.1 / 1.5 };
    const found = ends({ metric: ERRORS, weight: 0.5, effect: 0.5, rates, sessions });
    expect(found.candidate / RUNS).toBeGreaterThan(0.8);
    expect(found.stable).toBe(0);
  });

  it("finds more of a good event, with unequal shares as well", () => {
    const terms = { weight: 0.3, alpha: 0.05, power: 0.8, baseline: 0.2, effect: 0.3 };
    const sessions = planAb({ metric: CONVERSION, ...terms });
    const rates = { stable: 0.2, candidate: 0.26 };
    const found = ends({ metric: CONVERSION, weight: 0.3, effect: 0.3, rates, sessions });
    expect(found.candidate / RUNS).toBeGreaterThan(0.8);
    expect(found.stable).toBe(0);
  });

  it("names a winner where there is none no more often than α, however often one looks", () => {
    const rates = { stable: 0.2, candidate: 0.2 };
    const found = ends({ metric: CONVERSION, weight: 0.5, effect: 0.2, rates, sessions: 4_000 });
    expect((found.candidate + found.stable) / RUNS).toBeLessThanOrEqual(0.05);
  });

  it("names stable where the candidate is worse by as much", () => {
    const rates = { stable: 0.1, candidate: 0.15 };
    const sessions = planAb({ metric: ERRORS, weight: 0.5, alpha: 0.05, power: 0.8, baseline: 0.1, effect: 0.5 });
    const found = ends({ metric: ERRORS, weight: 0.5, effect: 0.5, rates, sessions });
    expect(found.stable / RUNS).toBeGreaterThan(0.8);
    expect(found.candidate).toBe(0);
  });
});

describe("the planned size", () => {
  const terms = { metric: ERRORS, weight: 0.5, alpha: 0.05, power: 0.8, baseline: 0.05, effect: 0.2 };

  it("grows with the power, and with what is looked for getting smaller", () => {
    expect(planAb({ ...terms, power: 0.9 })).toBeGreaterThan(planAb(terms));
    expect(planAb({ ...terms, effect: 0.1 })).toBeGreaterThan(3 * planAb(terms));
    expect(planAb({ ...terms, weight: 0.1 })).toBeGreaterThan(planAb(terms));
  });

  it("is a whole number for every kind of metric", () => {
    const latency: MetricPlan = { ...ERRORS, metric: "latency", harmRatio: 1.1, noWorseRatio: 1.25 };
    const judge: MetricPlan = {
      ...ERRORS,
      metric: "judge",
      harmRatio: 1,
      noWorseRatio: 1,
      harmDrop: 0,
      noWorseDrop: 0.05,
      judge: { score: "help", digest: "d", sample: 1 },
    };
    expect(planAb({ ...terms, metric: latency, baseline: 1 })).toSatisfy(Number.isSafeInteger);
    expect(planAb({ ...terms, metric: judge, baseline: 0.7, effect: 0.05 })).toSatisfy(Number.isSafeInteger);
  });
});

describe("the evidence of a bake", () => {
  const plan = { metrics: [ERRORS], alpha: 0.05, beta: 0.05, holdback: 0.02, bakeMs: 60_000 };
  const outcome = (arm: "stable" | "candidate", weight: number, failed: boolean) =>
    ({
      arm,
      epoch: weight === 0.5 ? 1 : 9,
      weight,
      failure: failed ? "provider" : null,
      latencyMs: 1,
      firstTokenMs: null,
      costPico: 0,
    }) as const;

  it("is kept apart from that of the ladder, and harm in either is harm", () => {
    const evidence = new Evidence(plan);
    for (let session = 0; session < 50; session += 1) {
      for (const arm of ["stable", "candidate"] as const) evidence.add(outcome(arm, 0.5, session % 10 === 0));
    }
    expect(evidence.reading().sessions).toEqual({ stable: 50, candidate: 50 });
    expect(evidence.hasBaked).toBe(false);
    for (let session = 0; session < 10; session += 1) {
      const arm = session % 5 === 0 ? "stable" : "candidate";
      evidence.assigned(arm, 9, 0.8);
      evidence.add(outcome(arm, 0.8, false));
    }
    expect(evidence.reading().sessions, "from now on it is the bake's").toEqual({ stable: 2, candidate: 8 });
    expect(evidence.reading().sampleRatio.crossed).toBe(false);
    expect(evidence.logUnion()).toBeLessThan(evidence.threshold);
  });

  it("proves harm when the promoted release fails and what was held back does not", () => {
    const evidence = new Evidence(plan);
    for (let session = 0; session < 100; session += 1) evidence.add(outcome("candidate", 0.8, session % 2 === 0));
    for (let session = 0; session < 25; session += 1) evidence.add(outcome("stable", 0.8, false));
    expect(evidence.logUnion()).toBeGreaterThanOrEqual(evidence.threshold);
  });

  it("adds up over replicas to the same bits", () => {
    const [one, two, both] = [new Evidence(plan), new Evidence(plan), new Evidence(plan)];
    for (let session = 0; session < 40; session += 1) {
      const seen = outcome(session % 7 === 0 ? "stable" : "candidate", 0.8, session % 5 === 0);
      (session < 20 ? one : two).add(seen);
      both.add(seen);
    }
    const merged = new Evidence(plan);
    merged.absorb(one);
    merged.absorb(two);
    expect(merged.logUnion()).toBe(both.logUnion());
  });
});
