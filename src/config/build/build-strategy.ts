import type { Condition, Segments } from "../../domain/flags/condition.ts";
import { inlineSegments } from "../../domain/flags/inline-segments.ts";
import { planAb } from "../../domain/evidence/plan-ab.ts";
import { testKind } from "../../domain/evidence/metrics/kinds.ts";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import type {
  AbPlan,
  MetricName,
  MetricPlan,
  RolloutPlan,
  ShadowStage,
  Step,
  StrategyName,
} from "../../domain/rollout/plan.ts";
import { METRIC_KEYS } from "../schema/metrics-schema.ts";
import type { RolloutInput } from "../schema/rollout-schema.ts";
import { SHADOW_PRESETS, TEST_PRESETS } from "../schema/rollout-strategy-schema.ts";
import { buildCondition } from "./build-condition.ts";

const NO_STEP: Step = { weight: 0, minDurationMs: 0, minSessions: 0, approval: false };
const SWITCH: Step = { ...NO_STEP, weight: 1 };

/** The strategies whose steps follow from the strategy; the others have a ladder. */
const STEPLESS: ReadonlySet<StrategyName> = new Set<StrategyName>(["blue_green", "instant", "ab"]);

/** How long the old side of a switch stays ready: what users find is found within a day. */
const BLUE_GREEN_WARM_MS = 24 * 60 * 60_000;

/** Whether a strategy takes `steps`. */
export const hasLadder = (strategy: StrategyName): boolean => !STEPLESS.has(strategy);

/** The steps of a plan; `ladder` are those that are written, or else the default's. */
export function stepsOf(input: RolloutInput, ladder: readonly Step[]): readonly Step[] {
  const { preview, variants } = input;
  const first: Step = { ...NO_STEP, minDurationMs: preview?.min_duration ?? 0, approval: preview?.approval ?? true };
  switch (input.strategy) {
    case "blue_green":
      return [first, SWITCH];
    case "instant":
      return [NO_STEP, SWITCH];
    case "dark":
      return [{ ...first, approval: true }, ...ladder];
    case "ab":
      return [{ ...NO_STEP, weight: variants?.candidate ?? 0.5 }];
    case "shadow":
      return input.steps === undefined ? [] : ladder;
    default:
      return ladder;
  }
}

/** Whether a metric has to be proven no worse unless the plan says so: not where nobody is compared before the promotion. */
export function requiresMetrics({ strategy = DEFAULT_PLAN.strategy, steps }: RolloutInput): boolean {
  return (
    strategy === "canary" ||
    strategy === "flag" ||
    strategy === "dark" ||
    (strategy === "shadow" && steps !== undefined)
  );
}

/** The metric that decides an A/B test, by its name in the plan. */
export function goalOf({ test, metrics }: RolloutInput): MetricName {
  const name = test?.goal ?? TEST_PRESETS.goal;
  return metrics?.business?.[name] === undefined ? metricNamed(name) : `business:${name}`;
}

/** A metric by the name that YAML has for it. */
export function metricNamed(name: string): MetricName {
  return Object.hasOwn(METRIC_KEYS, name) ? METRIC_KEYS[name as keyof typeof METRIC_KEYS] : (name as MetricName);
}

/** Holds for nobody. A target that cannot be written out is a mistake of the file and does not come here. */
const NOBODY: Condition = { type: "any", of: [] };

/** Everything of a plan that is its strategy's, or stands before and behind its steps. `rest` is the plan so far. */
export function buildStrategy(
  input: RolloutInput,
  rest: Pick<RolloutPlan, "strategy" | "steps" | "metrics" | "alpha">,
  segments: Segments,
): Partial<RolloutPlan> {
  const { sessions, target, expected_sessions_per_day: perDay } = input;
  const promotes = rest.strategy === "ab" || rest.steps.at(-1)?.weight === 1 || rest.strategy === "flag";
  const drainMs = input.sessions?.drain ?? input.drain;
  return {
    ...((input.shadow !== undefined || rest.strategy === "shadow") && { shadow: shadowOf(input.shadow) }),
    ...(promotes && {
      holdback: input.holdback ?? DEFAULT_PLAN.holdback ?? 0,
      bakeMs: input.bake ?? drainMs ?? DEFAULT_PLAN.bakeMs ?? 0,
      warmMs: input.warm ?? (rest.strategy === "blue_green" ? BLUE_GREEN_WARM_MS : 0),
    }),
    sessions: { onPromotion: sessions?.on_promotion ?? "keep", onRollback: sessions?.on_rollback ?? "next_turn" },
    ...(target !== undefined && { target: inlineSegments(buildCondition(target), segments) ?? NOBODY }),
    ...(rest.strategy === "ab" && input.test !== undefined && { ab: testOf(input, rest) }),
    ...(perDay !== undefined && { sessionsPerDay: perDay }),
  };
}

const shadowOf = (input: RolloutInput["shadow"]): ShadowStage => ({
  sample: input?.sample ?? SHADOW_PRESETS.sample,
  minDurationMs: input?.min_duration ?? SHADOW_PRESETS.minDurationMs,
  minPairs: input?.min_pairs ?? SHADOW_PRESETS.minPairs,
  deadlineMs: input?.deadline ?? SHADOW_PRESETS.deadlineMs,
  budgetPico: input?.budget_usd ?? null,
  tools: input?.tools ?? SHADOW_PRESETS.tools,
});

/** The test with the number of sessions that it takes; 0 where no number does, which is a mistake of the plan. */
function testOf(
  input: RolloutInput,
  { metrics, alpha, steps }: Pick<RolloutPlan, "metrics" | "alpha" | "steps">,
): AbPlan {
  const goal = goalOf(input);
  const metric = metrics.find((one) => one.metric === goal);
  const { effect = 0, power = TEST_PRESETS.power, winner = TEST_PRESETS.winner } = input.test ?? {};
  const baseline = input.test?.baseline ?? (metric === undefined ? 0 : usualBaseline(metric));
  const weight = steps[0]?.weight ?? 0;
  const isPlannable = metric !== undefined && effect > 0 && power > 0 && power < 1 && weight > 0 && weight < 1;
  const share = metric === undefined ? baseline : shareOf(metric, baseline);
  const needed = isPlannable ? planAb({ metric, weight, alpha, power, baseline: share, effect }) : Infinity;
  const analysed = needed * (metric?.judge?.sample ?? 1);
  const isFinite = Number.isSafeInteger(needed);
  const perDay = input.expected_sessions_per_day;
  return {
    goal,
    winner,
    baseline,
    effect,
    power,
    sessions: isFinite ? Math.ceil(analysed) : 0,
    days: isFinite && perDay !== undefined ? needed / perDay : 0,
  };
}

/** Ratios need no baseline: 1 stands for it. A share or a mean that nobody gave is unknown. */
const usualBaseline = (metric: MetricPlan): number =>
  testKind(metric) === "ranks" || testKind(metric) === "capped-means" ? 1 : 0;

/** A mean as a share of its range; shares and ratios as they are. */
function shareOf({ business }: MetricPlan, baseline: number): number {
  if (business?.type !== "value") return baseline;
  const share = (baseline - business.low) / (business.high - business.low);
  return business.better === "higher" ? share : 1 - share;
}
