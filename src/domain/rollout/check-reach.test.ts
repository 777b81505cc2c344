import { describe, expect, it } from "vitest";
import { checkReach } from "./check-reach.ts";
import { DEFAULT_PLAN } from "./open-rollout.ts";
import type { MetricPlan, RolloutPlan } from "./plan.ts";

const DAY = 86_400_000;
const [ERRORS] = DEFAULT_PLAN.metrics;
const errors = (more: Partial<MetricPlan> = {}): MetricPlan => {
  if (ERRORS === undefined) throw new Error("The default plan compares errors.");
  return { ...ERRORS, share: 1, ...more };
};
const plan = (more: Partial<RolloutPlan>): RolloutPlan => ({ ...DEFAULT_PLAN, metrics: [errors()], ...more });
const daily = (sessionsPerDay: number) => ({ sessionsPerDay, source: "observed" }) as const;

describe("what a plan takes", () => {
  it("is told in sessions where nobody knows the traffic, and in days where somebody does", () => {
    expect(checkReach(plan({}), null)).toEqual({
      errors: [],
      warnings: [],
      outlook: [
        "takes about 6,210 sessions on 25 %, if one in a hundred fails, or 1,960 if none does, to prove errors no worse",
      ],
    });
    expect(checkReach(plan({}), daily(10_000)).outlook[0]).toMatch(
      /: 20 h in all at 10,000 sessions a day, as the last rollout saw$/,
    );
  });

  it("is told in time at the sessions that begin at present, which warn of no deadline", () => {
    const slow = { sessionsPerDay: 10, source: "present" } as const;
    const { outlook, warnings } = checkReach(plan({}), slow);
    expect(warnings).toEqual([]);
    expect(outlook[0]).toMatch(/ in all at 10 sessions a day, as they begin at present$/);
    expect(checkReach(plan({}), { ...slow, source: "observed" }).warnings).toHaveLength(1);
  });

  it("is told of the ratio alone, and of points alone, where a plan has only those", () => {
    const { noWorseOrPoints: _, ...ratio } = errors();
    expect(checkReach(plan({ metrics: [ratio] }), null).outlook).toEqual([
      "takes about 7,010 sessions on 25 %, if one in a hundred fails, to prove errors no worse",
    ]);
    expect(checkReach(plan({ metrics: [{ ...ratio, noWorsePoints: 0.01 }] }), null).outlook).toEqual([
      "takes about 5,190 sessions on 25 % to prove errors no worse",
    ]);
  });

  it("is a warning with the numbers when it is longer than the deadline at the present traffic", () => {
    const { errors: none, warnings } = checkReach(plan({ deadlineMs: 2 * DAY }), daily(1_000));
    expect(none).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("about 6,210 sessions");
    expect(warnings[0]).toContain("and the deadline is 2 days; raise `deadline`");
  });

  it("counts the least sessions of the steps before, too", () => {
    const slow = plan({
      deadlineMs: 30 * DAY,
      steps: DEFAULT_PLAN.steps.map((step) => ({ ...step, minSessions: 20_000 })),
    });
    expect(checkReach(slow, daily(1_000)).warnings).toHaveLength(1);
    expect(checkReach(slow, daily(10_000)).warnings).toEqual([]);
  });
});

describe("a plan that can never promote", () => {
  it("requires what no number of sessions proves", () => {
    const never = errors({ metric: "judge", harmRatio: 1, noWorseRatio: 1, harmDrop: 0, noWorseDrop: 0 });
    expect(checkReach(plan({ metrics: [never] }), daily(1e9)).errors[0]).toContain("no number of sessions does");
  });

  it("requires what the strategy never compares, and says how many sessions a canary would take", () => {
    const steps = [
      { weight: 0, minDurationMs: 0, minSessions: 0, approval: false },
      { weight: 1, minDurationMs: 0, minSessions: 0, approval: false },
    ];
    const [error] = checkReach(plan({ strategy: "blue_green", steps }), null).errors;
    expect(error).toContain("with the strategy blue_green no session is compared before the promotion");
    expect(error).toContain("about 6,210 sessions on a step of 25 %");
  });

  it("requires outcomes that come after the deadline", () => {
    const late = errors({ metric: "problems", withinMs: 3 * DAY });
    expect(checkReach(plan({ metrics: [late], deadlineMs: 2 * DAY }), daily(1e9)).errors[0]).toContain(
      "count after 3 days, which is not before the deadline of 2 days",
    );
  });
});

describe("an A/B test", () => {
  const test = plan({
    strategy: "ab",
    steps: [{ weight: 0.5, minDurationMs: 0, minSessions: 0, approval: false }],
    ab: { goal: "errors", winner: "ask", baseline: 0.05, effect: 0.2, power: 0.8, sessions: 30_000, days: 30 },
  });

  it("says its size, its power and its time", () => {
    expect(checkReach(test, { sessionsPerDay: 10_000, source: "expected" })).toEqual({
      errors: [],
      warnings: [],
      outlook: [
        "ends after 30,000 sessions, in which a change of 20 % in errors is found with a probability of 80 %: 3 days at 10,000 sessions a day, as the plan expects",
      ],
    });
    expect(checkReach(test, daily(1_000)).warnings[0]).toContain("and the deadline is 7 days");
  });
});
