import { describe, expect, it } from "vitest";
import {
  commanded,
  drainingRollout,
  looked,
  openedRollout,
  PLAN,
  promotingRollout,
  rampingAt,
} from "../../../test/fixtures/rollout-samples.ts";
import { checkPlan, DEFAULT_PLAN, onNewRelease, openingFacts, planDigest } from "./open-rollout.ts";
import type { MetricPlan, RolloutPlan, Step } from "./plan.ts";

const OPENING = {
  channel: { endpoint: "support-bot", environment: "production" },
  plan: PLAN,
  stable: "rel_stable",
  candidate: "rel_candidate",
  seed: "5".repeat(64),
} as const;

describe("openingFacts", () => {
  it("freezes the plan with its digest and says what is waited for", () => {
    expect(openingFacts({ ...OPENING, waits: ["approval"] })).toEqual([
      { type: "Created", planDigest: planDigest(PLAN), ...OPENING },
      { type: "Validated", waits: ["approval"] },
    ]);
  });
});

describe("planDigest", () => {
  it("does not depend on the order of fields and changes with every one of them", () => {
    const reordered = Object.fromEntries(Object.entries(PLAN).toReversed()) as unknown as RolloutPlan;
    expect(planDigest(reordered)).toBe(planDigest(PLAN));
    expect(planDigest({ ...PLAN, alpha: 0.01 })).not.toBe(planDigest(PLAN));
  });
});

describe("checkPlan", () => {
  const [first, second, third] = PLAN.metrics as readonly [MetricPlan, MetricPlan, MetricPlan];
  const steps = (...weights: readonly number[]): readonly Step[] =>
    weights.map((weight) => ({ weight, minDurationMs: 0, minSessions: 0, approval: false }));

  it("accepts the default plan and one with a single rung", () => {
    expect(checkPlan(DEFAULT_PLAN)).toEqual([]);
    expect(checkPlan({ ...PLAN, steps: steps(0.5, 1) })).toEqual([]);
  });

  it.each<[string, Partial<RolloutPlan>, string]>([
    ["weights that do not grow", { steps: steps(0.05, 0.05, 1) }, "which is not above the 0.05"],
    ["a weight of 0", { steps: steps(0, 1) }, "must be above 0"],
    ["a weight above 1", { steps: steps(0.5, 1.5) }, "at most 1"],
    ["a last weight below 1", { steps: steps(0.05, 0.5) }, "it must be 1"],
    ["no steps", { steps: [] }, "has no steps"],
    ["nothing to compare on", { steps: steps(1) }, "needs a step below 1"],
    ["a weight that is no number", { steps: steps(Number.NaN, 1) }, "must be above 0"],
    ["a negative duration", { steps: [{ ...(PLAN.steps[0] as Step), minDurationMs: -1 }, ...steps(1)] }, "0 or more"],
    ["half a session", { steps: [{ ...(PLAN.steps[0] as Step), minSessions: 0.5 }, ...steps(1)] }, "a whole number"],
    ["no metrics", { metrics: [] }, "has no metrics"],
    ["shares that do not add up", { metrics: [first, { ...second, share: 0.3 }, third] }, "they must add up to 1"],
    ["a share of 0", { metrics: [first, { ...second, share: 0 }, { ...third, share: 0.5 }] }, "must be above 0"],
    ["a metric named twice", { metrics: [first, { ...first, share: 0.25 }, third] }, "more than once"],
    ["no required metric", { metrics: PLAN.metrics.map((each) => ({ ...each, required: false })) }, "at least one"],
    ["a harm margin of 1", { metrics: [{ ...first, harmRatio: 1 }, second, third] }, "must be above 1"],
    [
      "points both beside the ratio and in place of it",
      { metrics: [{ ...first, noWorsePoints: 0.01, noWorseOrPoints: 0.01 }, second, third] },
      "can be one of the two",
    ],
    ["no points", { metrics: [{ ...first, noWorseOrPoints: 0 }, second, third] }, "above 0 and below 1"],
    [
      "points of what is no event",
      { metrics: [first, { ...second, noWorseOrPoints: 0.01 }, third] },
      "only harmful events have one",
    ],
    ["an endless no-worse margin", { metrics: [{ ...first, noWorseRatio: Infinity }, second, third] }, "above 1"],
    ["a cap on errors", { metrics: [{ ...first, capPico: 10 }, second, third] }, "only cost can be capped"],
    ["a cap of 0", { metrics: [first, second, { ...third, capPico: 0 }] }, "a whole number above 0"],
    ["alpha of 1", { alpha: 1 }, "The level alpha is 1"],
    ["beta of 0", { beta: 0 }, "The level beta is 0"],
    ["no turns", { window: { turns: 0, withinMs: 1_000 } }, "from 1 to"],
    ["a window of a week", { window: { turns: 1, withinMs: 7 * 86_400_000 } }, "at most a day"],
    ["a deadline before the steps end", { deadlineMs: 29_999 }, "30000 ms that the steps need"],
    ["a negative drain", { drainMs: -1 }, "The drain time is -1 ms"],
    ["no time for data", { noDataMs: 0 }, "must be above 0"],
  ])("refuses %s in a full sentence", (_, change, words) => {
    const sentences = checkPlan({ ...PLAN, ...change });
    expect(sentences).toContainEqual(expect.stringContaining(words));
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it("names every mistake at once", () => {
    expect(checkPlan({ ...PLAN, alpha: 2, beta: -1, drainMs: Number.NaN })).toHaveLength(3);
  });
});

describe("onNewRelease", () => {
  const by = (policy: RolloutPlan["onNewRelease"], step: number): string =>
    onNewRelease(rampingAt(step, { ...PLAN, onNewRelease: policy }));

  it("supersedes up to 5 % and queues above", () => {
    expect([by("auto", 0), by("auto", 1), by("auto", 2)]).toEqual(["supersede", "supersede", "queue"]);
    expect(onNewRelease(openedRollout())).toBe("supersede");
  });

  it("follows the plan where it says", () => {
    expect([by("supersede", 2), by("queue", 0), by("reject", 0)]).toEqual(["supersede", "queue", "reject"]);
  });

  it("queues behind what can no longer be superseded, and after the end", () => {
    const plan: RolloutPlan = { ...PLAN, onNewRelease: "supersede" };
    expect(onNewRelease(promotingRollout(plan))).toBe("queue");
    expect(onNewRelease(drainingRollout(plan))).toBe("queue");
    expect(onNewRelease(commanded(rampingAt(0, plan), { type: "rollback" }))).toBe("queue");
    expect(onNewRelease(looked(looked(commanded(rampingAt(0), { type: "abort" }))))).toBe("queue");
  });
});
