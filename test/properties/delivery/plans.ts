import * as fc from "fast-check";
import { checkPlan } from "../../../src/domain/rollout/open-rollout.ts";
import type { MetricPlan, RolloutPlan, Step } from "../../../src/domain/rollout/plan.ts";
import { STRATEGIES } from "../../../src/domain/rollout/strategies/index.ts";

type StrategyName = RolloutPlan["strategy"];

const STRATEGY_NAMES = Object.keys(STRATEGIES) as readonly StrategyName[];

/** Shapes of ladders; each strategy takes those that it accepts. */
const LADDERS: readonly (readonly number[])[] = [
  [0.05, 0.4, 1],
  [0, 0.05, 0.4, 1],
  [0.4, 1],
  [0.5, 1],
  [0, 1],
  [0.5],
  [1],
  [0],
  [],
];

const gates = fc.record<Omit<Step, "weight">>({
  minDurationMs: fc.constantFrom(0, 0, 1_000, 2_500),
  minSessions: fc.constantFrom(0, 0, 4),
  approval: fc.nat(5).map((dice) => dice === 0),
});

const policy = fc.record({
  gates: fc.tuple(gates, gates, gates),
  mode: fc.constantFrom<RolloutPlan["mode"]>("enforce", "enforce", "enforce", "hold", "observe"),
  onInconclusive: fc.constantFrom<RolloutPlan["onInconclusive"]>("hold", "ask", "promote_unproven", "abort"),
  onNewRelease: fc.constantFrom<RolloutPlan["onNewRelease"]>("auto", "supersede", "queue", "reject"),
  deadlineMs: fc.constantFrom(9_000, 60_000),
  drainMs: fc.constantFrom(0, 2_000),
  noDataMs: fc.constantFrom(6_000, 60_000),
  level: fc.constantFrom(0.05, 0.2),
  withinMs: fc.constantFrom(4_000, 60_000),
  latencyRequired: fc.boolean(),
  // By the ratio, by the difference, by either; points that a few dozen sessions can prove.
  noWorse: fc.constantFrom<Pick<MetricPlan, "noWorsePoints" | "noWorseOrPoints">>(
    {},
    { noWorsePoints: 0.3 },
    { noWorseOrPoints: 0.3 },
  ),
});

/** What a strategy cannot do without. */
const NEEDS: Partial<Record<StrategyName, Partial<RolloutPlan>>> = {
  shadow: { shadow: { sample: 1, minDurationMs: 0, minPairs: 0, deadlineMs: 10_000, budgetPico: null, tools: "stub" } },
  ab: {
    ab: { goal: "errors", winner: "promote", baseline: 0.01, effect: 0.5, power: 0.8, sessions: 60, days: 1 },
  },
  flag: { target: { type: "all", of: [] } },
};

const GATE = { onFailure: "hold", timeoutMs: 20_000 } as const;

/** What a plan may have beyond the essentials. */
const extras = fc.constantFrom<Partial<RolloutPlan>>(
  {},
  {},
  { bakeMs: 3_000 },
  { bakeMs: 4_000, holdback: 0.1 },
  { sessions: { onPromotion: "next_turn", onRollback: "next_turn" } },
  { sessions: { onPromotion: "keep", onRollback: "finish" } },
  { providerFault: "hold" },
  { providerFault: "roll_back" },
  { gates: [{ ...GATE, kind: "command", name: "smoke", at: "before_start", program: "smoke", args: [] }] },
  { gates: [{ ...GATE, kind: "command", name: "smoke", at: "before_step", program: "smoke", args: [] }] },
  { gates: [{ ...GATE, kind: "evidence", name: "no worse", at: "before_step", metrics: ["errors"] }] },
  { gates: [{ ...GATE, kind: "soak", name: "soak", at: "before_promotion", forMs: 2_000 }] },
  {
    gates: [
      { ...GATE, kind: "approval", name: "owner", at: "before_promotion", roles: [], count: 1, fourEyes: false },
      {
        ...GATE,
        kind: "command",
        name: "smoke",
        at: "before_promotion",
        program: "smoke",
        args: [],
        onFailure: "abort",
      },
    ],
  },
  {
    triggers: [
      {
        measure: "errors",
        above: { type: "value", value: 0.5 },
        withinMs: 10_000,
        leastSessions: 5,
        action: "rollback",
      },
    ],
  },
  {
    triggers: [
      { measure: "errors", above: { type: "times", times: 2 }, withinMs: 10_000, leastSessions: 5, action: "hold" },
    ],
  },
);

type Policy = typeof policy extends fc.Arbitrary<infer T> ? T : never;

function planOf(strategy: StrategyName, ladder: readonly number[], given: Policy): RolloutPlan {
  const { gates: perStep, level, withinMs, latencyRequired, noWorse, ...rest } = given;
  const steps = ladder.map((weight, index): Step => {
    const own = perStep[index];
    if (weight === 0) return { weight, minDurationMs: 0, minSessions: 0, approval: true };
    return own === undefined || weight === 1
      ? { weight, minDurationMs: 0, minSessions: 0, approval: false }
      : { ...own, weight };
  });
  return {
    ...rest,
    ...NEEDS[strategy],
    strategy,
    steps,
    metrics: [
      { metric: "errors", harmRatio: 1.25, noWorseRatio: 2, ...noWorse, share: 0.6, required: true, capPico: null },
      { metric: "latency", harmRatio: 1.1, noWorseRatio: 1.25, share: 0.4, required: latencyRequired, capPico: null },
    ],
    alpha: level,
    beta: level,
    window: { turns: 1, withinMs },
  };
}

/** Plans of every strategy in the registry, with thresholds that a few dozen sessions can reach. */
export const planArbitrary: fc.Arbitrary<RolloutPlan> = fc
  .tuple(fc.constantFrom("canary", "canary", ...STRATEGY_NAMES), fc.nat(LADDERS.length - 1), policy, extras)
  .map(([strategy, from, given, more]) => {
    // The first ladder from here on that the strategy accepts.
    const ladders = [...LADDERS.slice(from), ...LADDERS.slice(0, from)];
    const bare = ladders.map((ladder) => planOf(strategy, ladder, given));
    const plans = [...bare.map((plan) => ({ ...plan, ...more })), ...bare];
    return plans.find((plan) => checkPlan(plan).length === 0) ?? planOf("canary", [0.05, 0.4, 1], given);
  })
  .filter((plan) => checkPlan(plan).length === 0);
