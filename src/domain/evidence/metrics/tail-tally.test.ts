import { expect, test } from "vitest";
import type { MetricPlan } from "../../rollout/plan.ts";
import type { SessionOutcome } from "../evidence.ts";
import { latency } from "./latency.ts";
import { cost } from "./cost.ts";
import { costTail } from "./cost-tail.ts";
import { latencyTail } from "./latency-tail.ts";
import type { Tally } from "./metric.ts";

const PLAN: MetricPlan = {
  metric: "latency-tail",
  harmRatio: 1.25,
  noWorseRatio: 2,
  share: 1,
  required: true,
  capPico: null,
};

/** Answers of 1 to 100 ms in turn; `slow` of a hundred of the candidate's take a second. */
function fill(tally: Tally, sessions: number, slow: number): Tally {
  for (let index = 0; index < sessions; index += 1) {
    const arm = index % 2 === 0 ? "stable" : "candidate";
    const turn = Math.floor(index / 2) % 100;
    const latencyMs = arm === "candidate" && turn < slow ? 1_000 : turn + 1;
    const outcome: SessionOutcome = {
      arm,
      epoch: 1,
      weight: 0.5,
      failure: null,
      latencyMs,
      firstTokenMs: null,
      costPico: 0,
    };
    tally.add(outcome);
  }
  return tally;
}

test("a regression of the slowest answers alone is found, where the rank test sees nothing", () => {
  expect(fill(latencyTail.create(PLAN), 2_000, 20).logHarm()).toBeGreaterThan(Math.log(20));
  expect(fill(latency.create({ ...PLAN, metric: "latency" }), 2_000, 20).logHarm()).toBeLessThan(Math.log(20));
});

test("arms alike have the same share beyond the threshold, and are proven no worse", () => {
  const tally = fill(latencyTail.create(PLAN), 6_000, 0);
  const { stable, candidate } = tally.display(0.05).value;
  expect(stable).toBeCloseTo(0.05, 2);
  expect(candidate).toBeCloseTo(0.05, 2);
  expect(tally.logNoWorse()).toBeGreaterThan(Math.log(20));
});

test("nobody is measured before a hundred stable sessions have shown what is slow", () => {
  expect(fill(latencyTail.create(PLAN), 199, 50).display(0.05).n).toEqual({ stable: 0, candidate: 0 });
  expect(fill(latencyTail.create(PLAN), 260, 50).display(0.05).n.candidate).toBeGreaterThan(0);
});

test("a failed session counts as slow, and one without a time as nothing", () => {
  const tally = fill(latencyTail.create(PLAN), 400, 0);
  const before = tally.display(0.05).n;
  const at = { arm: "candidate", epoch: 1, weight: 0.5, latencyMs: null, firstTokenMs: null, costPico: 0 } as const;
  tally.add({ ...at, failure: null });
  expect(tally.display(0.05).n).toEqual(before);
  tally.add({ ...at, failure: "provider" });
  expect(tally.display(0.05).n.candidate).toBe(before.candidate + 1);
});

test("replicas measure by their own past and add up by counts", () => {
  const [one, other] = [fill(latencyTail.create(PLAN), 2_000, 20), fill(latencyTail.create(PLAN), 1_000, 20)];
  const { n } = one.display(0.05);
  const more = other.display(0.05).n;
  one.absorb(other);
  expect(one.display(0.05).n).toEqual({ stable: n.stable + more.stable, candidate: n.candidate + more.candidate });
  expect(() => one.absorb(latency.create({ ...PLAN, metric: "latency" }))).toThrow(TypeError);
});

/** Costs of 1 to 100 in turn; `dear` of a hundred of the candidate's cost a hundred times the most. */
function spend(tally: Tally, sessions: number, { dear = 0, more = 1 }): Tally {
  for (let index = 0; index < sessions; index += 1) {
    const arm = index % 2 === 0 ? "stable" : "candidate";
    const turn = Math.floor(index / 2) % 100;
    const usual = arm === "candidate" ? more * (turn + 1) : turn + 1;
    const costPico = arm === "candidate" && turn < dear ? 10_000 : usual;
    tally.add({ arm, epoch: 1, weight: 0.5, failure: null, latencyMs: 1, firstTokenMs: null, costPico });
  }
  return tally;
}

test("a few runaway sessions are found, where ranks see nothing", () => {
  const plan: MetricPlan = { ...PLAN, metric: "cost-tail", beyond: 2 };
  expect(spend(costTail.create(plan), 2_000, { dear: 5 }).logHarm()).toBeGreaterThan(Math.log(20));
  const ranks = cost.create({ ...PLAN, metric: "cost", harmRatio: 1.1, noWorseRatio: 1.2 });
  expect(spend(ranks, 2_000, { dear: 5 }).logHarm()).toBeLessThan(Math.log(20));
});

test("twice the percentile passes over what is a little dearer everywhere", () => {
  const logHarm = (beyond: number): number =>
    spend(costTail.create({ ...PLAN, metric: "cost-tail", beyond }), 4_000, { more: 1.15 }).logHarm();
  expect(logHarm(1)).toBeGreaterThan(Math.log(20));
  expect(logHarm(2)).toBeLessThan(0.1);
});

test("an outage that costs one arm and not the other, whose circuit breaker is open, makes nobody dear", () => {
  const tally = spend(costTail.create({ ...PLAN, metric: "cost-tail", beyond: 2 }), 400, {});
  const before = tally.display(0.05).n;
  const at = { epoch: 1, latencyMs: null, firstTokenMs: null, failure: "provider" } as const;
  for (let index = 0; index < 1_000; index += 1) {
    tally.add({ ...at, arm: "stable", weight: 0.01, costPico: 0 });
    if (index % 100 === 0) tally.add({ ...at, arm: "candidate", weight: 0.01, costPico: 10_000 });
  }
  expect(tally.display(0.05).n).toEqual({ stable: before.stable + 1_000, candidate: before.candidate + 10 });
  expect(tally.display(0.05).value.candidate).toBe(0);
  expect(tally.logHarm()).toBeLessThanOrEqual(0);
  // What is dear is still what it was before: an answer of every day is not, and one of a hundred times as much is.
  const answered = { ...at, arm: "candidate", weight: 0.01, failure: null } as const;
  tally.add({ ...answered, costPico: 50 });
  expect(tally.display(0.05).value.candidate).toBe(0);
  tally.add({ ...answered, costPico: 10_000 });
  expect(tally.display(0.05).value.candidate).toBeGreaterThan(0);
});
