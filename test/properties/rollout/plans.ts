import * as fc from "fast-check";
import type { RolloutPlan, Step, StrategyName } from "../../../src/domain/rollout/plan.ts";
import { STRATEGIES } from "../../../src/domain/rollout/strategies/index.ts";

const step = fc.record<Omit<Step, "weight">>({
  minDurationMs: fc.constantFrom(0, 1_000, 2_500),
  minSessions: fc.constantFrom(0, 2, 4),
  approval: fc.boolean(),
});

/** Plans with two rungs below 1 and thresholds that a short run can reach. */
const canaryArbitrary: fc.Arbitrary<RolloutPlan> = fc
  .record({
    steps: fc.tuple(step, step),
    asks: fc.nat(5),
    mode: fc.constantFrom<RolloutPlan["mode"]>("enforce", "enforce", "hold", "observe"),
    onInconclusive: fc.constantFrom<RolloutPlan["onInconclusive"]>("hold", "ask", "promote_unproven", "abort"),
    onNewRelease: fc.constantFrom<RolloutPlan["onNewRelease"]>("auto", "supersede", "queue", "reject"),
    deadlineMs: fc.constantFrom(8_000, 60_000),
    drainMs: fc.constantFrom(0, 3_000),
    latencyRequired: fc.boolean(),
  })
  .map(({ steps: [first, second], asks, latencyRequired, ...policy }) => ({
    ...policy,
    strategy: "canary",
    steps: [
      { ...first, weight: 0.05, approval: asks === 0 && first.approval },
      { ...second, weight: 0.4, approval: asks === 1 && second.approval },
      { weight: 1, minDurationMs: 0, minSessions: 0, approval: false },
    ],
    metrics: [
      { metric: "errors", harmRatio: 1.25, noWorseRatio: 2, share: 0.6, required: true, capPico: null },
      { metric: "latency", harmRatio: 1.1, noWorseRatio: 1.25, share: 0.4, required: latencyRequired, capPico: null },
    ],
    alpha: 0.05,
    beta: 0.05,
    window: { turns: 1, withinMs: 60_000 },
    noDataMs: 6_000,
  }));

/** What may stand before and behind the steps of any plan. */
const stages = fc.record({
  holdback: fc.constantFrom(0, 0.3),
  bakeMs: fc.constantFrom(0, 2_000, 5_000),
  sessions: fc.record<NonNullable<RolloutPlan["sessions"]>>({
    onPromotion: fc.constantFrom("keep", "next_turn"),
    onRollback: fc.constantFrom("next_turn", "finish", "terminate"),
  }),
});

const SHADOW: NonNullable<RolloutPlan["shadow"]> = {
  sample: 0.5,
  minDurationMs: 500,
  minPairs: 4,
  deadlineMs: 8_000,
  budgetPico: null,
  tools: "stub",
};

const TEST: NonNullable<RolloutPlan["ab"]> = {
  goal: "errors",
  winner: "promote",
  baseline: 0.1,
  effect: 0.5,
  power: 0.8,
  sessions: 30,
  days: 1,
};

const rung = (weight: number, approval = false): Step => ({ weight, minDurationMs: 500, minSessions: 0, approval });

/** The ladder of a plan as another strategy has it. */
function asStrategy(plan: RolloutPlan, strategy: StrategyName, asks: boolean): RolloutPlan {
  switch (strategy) {
    case "blue_green":
      return { ...plan, strategy, steps: [rung(0, asks), { ...rung(1), minDurationMs: 0 }] };
    case "instant":
      return {
        ...plan,
        strategy,
        steps: [
          { ...rung(0), minDurationMs: 0 },
          { ...rung(1), minDurationMs: 0 },
        ],
      };
    case "dark":
      return { ...plan, strategy, steps: [rung(0, true), ...plan.steps] };
    case "shadow":
      return { ...plan, strategy, shadow: SHADOW, steps: asks ? [] : plan.steps };
    case "ab":
      return { ...plan, strategy, ab: { ...TEST, winner: asks ? "ask" : "promote" }, steps: [rung(0.4)] };
    case "flag":
      return { ...plan, strategy, target: IS_PRO, steps: asks ? plan.steps.slice(0, -1) : plan.steps };
    default:
      return asks ? { ...plan, shadow: SHADOW } : plan;
  }
}

const IS_PRO: NonNullable<RolloutPlan["target"]> = {
  type: "attribute",
  attribute: "plan",
  tests: [{ type: "one-of", values: ["pro"] }],
};

const STRATEGY_NAMES = Object.keys(STRATEGIES) as StrategyName[];

/** Plans of every strategy, the ladder more often than the others; each can be frozen. */
export const planArbitrary: fc.Arbitrary<RolloutPlan> = fc
  .tuple(
    canaryArbitrary,
    fc.constantFrom<StrategyName>("canary", "canary", ...STRATEGY_NAMES),
    fc.boolean(),
    fc.option(stages),
  )
  .map(([plan, strategy, asks, more]) => asStrategy({ ...plan, ...more }, strategy, asks));
