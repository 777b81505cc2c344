import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PLAN, readingOf } from "../../../test/fixtures/rollout-samples.ts";
import type { MetricReading, Reading } from "../evidence/evidence.ts";
import { Evidence } from "../evidence/running-evidence.ts";
import { estimateLadder } from "./estimate-ladder.ts";
import type { LadderEstimate, Progress } from "./estimate-ladder.ts";
import type { RolloutPlan } from "./plan.ts";

const errors = { ...PLAN.metrics[0], metric: "errors", share: 1 } as RolloutPlan["metrics"][number];
const latency = { ...errors, metric: "latency", noWorseRatio: 1.25 } as const;
const soak = (weight: number, minDurationMs = 0, minSessions = 0) => ({
  weight,
  minDurationMs,
  minSessions,
  approval: false,
});
const planOf = (steps: RolloutPlan["steps"], metrics: RolloutPlan["metrics"] = [errors]): RolloutPlan => ({
  ...PLAN,
  steps: [...steps, soak(1)],
  metrics,
});
const at = (sessionsPerSecond: number, stepObservedMs = 0, stepSessions = 0): Progress => ({
  sessionsPerSecond,
  stepObservedMs,
  stepSessions,
});
const on = (plan: RolloutPlan, step = 0) => ({ plan, step, certified: [] });

/** A reading with some fields of its metrics replaced. */
function reading(plan: RolloutPlan, changes: Partial<Record<string, Partial<MetricReading>>> = {}): Reading {
  const empty = new Evidence(plan).reading();
  return { ...empty, metrics: empty.metrics.map((metric) => ({ ...metric, ...changes[metric.metric] })) };
}

const noWorse = (logE: number, crossed = false) => ({ logE, threshold: Math.log(20), crossed, margin: 2 });
const known = (estimate: LadderEstimate) => {
  if ("unknown" in estimate) throw new Error(estimate.unknown);
  return estimate;
};
const lone = planOf([soak(0.25)]);

describe("estimateLadder", () => {
  it("starts with the planner's figure at one per cent of failures when nothing has been seen", () => {
    const estimate = known(estimateLadder(on(lone), reading(lone), at(10)));
    expect(estimate.sessions).toBe(6_009);
    expect(estimate.ms / 100).toBeCloseTo(6_008.6, 0);
    expect(estimate.steps).toMatchObject([{ weight: 0.25, sessions: 6_009, waitsFor: "evidence" }]);
  });

  it("reckons with refusals and invalid answers as with errors", () => {
    for (const metric of ["refusals", "invalid-output"] as const) {
      const plan = planOf([soak(0.25)], [{ ...errors, metric }]);
      expect(known(estimateLadder(on(plan), reading(plan), at(10))).sessions).toBe(6_009);
    }
  });

  it("covers the whole ladder: soak times, minimal sessions, then the proof less what the way there tells", () => {
    const plan = planOf([soak(0.01, 60_000), soak(0.05, 1_000, 2_000), soak(0.25)]);
    const { steps, sessions, ms } = known(estimateLadder(on(plan), reading(plan), at(10)));
    expect(steps.map(({ waitsFor }) => waitsFor)).toEqual(["time", "sessions", "evidence"]);
    expect(steps.slice(0, 2).map((step) => step.sessions)).toEqual([600, 2_000]);
    expect(steps[2]?.sessions).toBeLessThan(6_009);
    expect(steps[2]?.sessions).toBeGreaterThan(5_000);
    expect(sessions).toBe(steps.reduce((sum, step) => sum + step.sessions, 0));
    expect(Math.abs(ms - sessions * 100)).toBeLessThanOrEqual(100);
  });

  it("counts what has been done on the present step, and leaves out those before it", () => {
    const plan = planOf([soak(0.01, 60_000), soak(0.05, 10_000, 500), soak(0.25)]);
    const { steps } = known(estimateLadder(on(plan, 1), reading(plan), at(10, 4_000, 450)));
    expect(steps).toHaveLength(2);
    expect(steps[0]).toEqual({ weight: 0.05, sessions: 60, ms: 6_000, waitsFor: "time" });
  });

  it("is only the soak times when everything is proven", () => {
    const plan = planOf([soak(0.05), soak(0.25, 30_000)]);
    const proven = reading(plan, { errors: { noWorse: noWorse(4, true) } });
    expect(known(estimateLadder(on(plan), proven, at(2))).ms).toBe(30_000);
    expect(known(estimateLadder(on(plan), proven, at(0.0001))).ms).toBe(30_000);
    const latched = { ...on(plan), certified: ["errors"] as const };
    expect(known(estimateLadder(latched, reading(plan), at(2))).ms).toBe(30_000);
  });

  it("shrinks as evidence grows, and is longer when sessions hardly ever fail, because only failures tell", () => {
    const n = { stable: 1_500, candidate: 500 };
    const value = { stable: 0.01, candidate: 0.01 };
    const sessionsAt = (logE: number): number =>
      known(estimateLadder(on(lone), reading(lone, { errors: { n, value, noWorse: noWorse(logE) } }), at(10))).sessions;
    expect(sessionsAt(0)).toBe(6_009);
    expect(sessionsAt(2)).toBeLessThan(sessionsAt(1));
    const rare = { n: { stable: 7_500, candidate: 2_500 }, value: { stable: 0.001, candidate: 0.001 } };
    const estimate = estimateLadder(on(lone), reading(lone, { errors: rare }), at(10));
    expect(known(estimate).sessions).toBeGreaterThan(50_000);
  });

  it("says that nothing can be told by a ratio where nothing fails, and what can be done", () => {
    const spotless = { n: { stable: 400, candidate: 100 }, value: { stable: 0, candidate: 0 } };
    const estimate = estimateLadder(on(lone), reading(lone, { errors: spotless }), at(10));
    expect(estimate).toEqual({ unknown: expect.stringContaining("`no_worse_points`") as string });
  });

  it("reckons with whichever of two margins is proven sooner, also where nothing fails", () => {
    const plan = planOf([soak(0.25)], [{ ...errors, noWorseOrPoints: 0.01 }]);
    const sessionsAt = (all: number, share: number, logE = 0): number => {
      const shown = {
        n: { stable: 0.75 * all, candidate: 0.25 * all },
        value: { stable: share, candidate: share },
        noWorse: { ...noWorse(logE), orDifference: 0.01 },
      };
      return known(estimateLadder(on(plan), reading(plan, { errors: shown }), at(10))).sessions;
    };
    // Twice the threshold less what the other test has: ln 39 of them, at the rate of one failure in a hundred.
    expect(sessionsAt(0, 0)).toBeGreaterThan(5_400);
    expect(sessionsAt(0, 0)).toBeLessThan(5_500);
    expect(sessionsAt(1_000, 0, 1.49)).toBeGreaterThan(500);
    expect(sessionsAt(1_000, 0, 1.49)).toBeLessThan(1_000);
    expect(sessionsAt(4_000, 0.05)).toBeLessThan(1_500);
    expect(sessionsAt(4_000, 0.05, 2.9)).toBeLessThan(100);
  });

  it("follows the slowest metric that is not yet certified", () => {
    const plan = planOf([soak(0.25)], [errors, latency]);
    const metrics = {
      errors: { noWorse: noWorse(4, true) },
      latency: { n: { stable: 750, candidate: 250 }, noWorse: noWorse(1) },
    };
    // One nat in 1,000 sessions at this weight; two more to go.
    const due = Math.ceil((Math.log(20) - 1) * 1_000);
    expect(known(estimateLadder(on(plan), reading(plan, metrics), at(10))).sessions).toBe(due);
  });

  it("says why when it cannot tell: no sessions, no growth, beyond the margin, or nothing to prove", () => {
    expect(estimateLadder(on(lone), reading(lone), at(0))).toEqual({
      unknown: "No sessions yet, so there is no estimate.",
    });
    const plan = planOf([soak(0.25)], [errors, latency]);
    const stuck = reading(plan, { latency: { n: { stable: 750, candidate: 250 }, noWorse: noWorse(-0.5) } });
    expect(estimateLadder(on(plan), stuck, at(10))).toEqual({
      unknown: "No estimate yet: nothing so far speaks for latency being no worse.",
    });
    const worse = { n: { stable: 7_500, candidate: 2_500 }, value: { stable: 0.02, candidate: 0.05 } };
    const effect = { ratio: 2.5, low: 1.6, high: 3.9 };
    expect(estimateLadder(on(lone), reading(lone, { errors: { ...worse, effect } }), at(10))).toHaveProperty("unknown");
    const idle = planOf([soak(0.25)], [{ ...errors, required: false }]);
    expect(estimateLadder(on(idle), reading(idle), at(10))).toHaveProperty("unknown");
  });

  it("never gives a number that is not one, and more traffic never takes longer", () => {
    const rung = fc.record({
      weight: fc.double({ min: 0.001, max: 0.9, noNaN: true }),
      minDurationMs: fc.nat(10_000_000),
      minSessions: fc.nat(100_000),
      approval: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(rung, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.nat(4),
        (rungs, rate, step) => {
          const plan = planOf(rungs);
          const slow = estimateLadder(on(plan, Math.min(step, rungs.length - 1)), readingOf({ plan }), at(rate));
          const quick = estimateLadder(on(plan, Math.min(step, rungs.length - 1)), readingOf({ plan }), at(2 * rate));
          if ("unknown" in slow || "unknown" in quick) return;
          expect(Number.isFinite(slow.ms)).toBe(true);
          // On the way up more sessions come in the same soak time, so that the last step is shorter too.
          expect(quick.ms).toBeLessThanOrEqual(slow.ms + rungs.length);
        },
      ),
    );
  });
});
