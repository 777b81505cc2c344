import type { Segments } from "../../domain/flags/condition.ts";
import { needsProof } from "../../domain/rollout/check-stages.ts";
import { DEFAULT_PLAN, checkPlan, exposedLeastMs } from "../../domain/rollout/open-rollout.ts";
import type { MetricPlan, RolloutPlan, Step } from "../../domain/rollout/plan.ts";
import type { RolloutInput, StepInput } from "../schema/rollout-schema.ts";
import type { Fault } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { gatingOf } from "./build-gates.ts";
import { buildMetrics, writtenRequired } from "./build-metrics.ts";
import { goalOf, hasLadder, requiresMetrics, buildStrategy, stepsOf } from "./build-strategy.ts";
import { strategyFaults } from "./strategy-faults.ts";

/** A fault of a plan; `path` is relative to its `rollout` section. */
export interface PlanFault extends Fault {
  readonly path: Path;
}

function stepOf(input: StepInput): Step {
  const {
    weight,
    min_duration: minDurationMs,
    min_sessions: minSessions,
    approval,
  } = typeof input === "number" ? { weight: input } : { ...input };
  const ladder = DEFAULT_PLAN.steps;
  const likeness = ladder.findLast((step) => step.weight <= weight) ?? ladder[0];
  return {
    weight,
    minDurationMs: minDurationMs ?? likeness?.minDurationMs ?? 0,
    minSessions: minSessions ?? likeness?.minSessions ?? 0,
    approval: approval ?? false,
  };
}

/** The plan that a `rollout` section means; without one, the default plan. */
export function buildPlan(input: RolloutInput | undefined, segments: Segments = NO_SEGMENTS): RolloutPlan {
  if (input === undefined) return DEFAULT_PLAN;
  const ground = {
    strategy: input.strategy ?? DEFAULT_PLAN.strategy,
    steps: stepsOf(input, input.steps?.map(stepOf) ?? DEFAULT_PLAN.steps),
    metrics: requiredIn(buildMetrics(input.metrics), input),
    alpha: input.alpha ?? DEFAULT_PLAN.alpha,
  };
  return {
    ...ground,
    beta: input.beta ?? DEFAULT_PLAN.beta,
    mode: input.mode ?? DEFAULT_PLAN.mode,
    window: {
      turns: input.window?.turns ?? DEFAULT_PLAN.window.turns,
      withinMs: input.window?.within ?? DEFAULT_PLAN.window.withinMs,
    },
    onInconclusive: input.on_inconclusive ?? DEFAULT_PLAN.onInconclusive,
    deadlineMs: input.deadline ?? DEFAULT_PLAN.deadlineMs,
    onNewRelease: input.on_new_release ?? DEFAULT_PLAN.onNewRelease,
    drainMs: input.sessions?.drain ?? input.drain ?? DEFAULT_PLAN.drainMs,
    noDataMs: input.no_data ?? DEFAULT_PLAN.noDataMs,
    ...buildStrategy(input, ground, segments),
    ...gatingOf(input),
  };
}

const NO_SEGMENTS: Segments = new Map();

/** Where nothing is compared before the promotion, a metric is only required if the plan says so, or if it is the goal. */
function requiredIn(metrics: readonly MetricPlan[], input: RolloutInput): readonly MetricPlan[] {
  if (requiresMetrics(input)) return metrics;
  const goal = input.strategy === "ab" ? goalOf(input) : null;
  return metrics.map((metric) => ({
    ...metric,
    required: writtenRequired(input.metrics, metric.metric) ?? metric.metric === goal,
  }));
}

function stepFaults({ strategy, steps: all }: RolloutPlan): readonly PlanFault[] {
  if (!hasLadder(strategy) || (strategy === "shadow" && all.length === 0)) return [];
  const steps = strategy === "dark" ? all.slice(1) : all;
  const last = steps.at(-1);
  const faults = steps.flatMap(({ weight }, index): PlanFault[] => {
    const before = steps[index - 1];
    const path = ["steps", index];
    if (weight === 0)
      return [
        {
          path,
          message: "a step of 0% sends no session to the candidate",
          fix: "start with a small weight, for example 1%",
        },
      ];
    if (before === undefined || weight > before.weight) return [];
    return [
      {
        path,
        message: `${formatPercent(weight)} is not above the ${formatPercent(before.weight)} of the step before it`,
        fix: "order the steps by growing weight",
      },
    ];
  });
  if (strategy === "flag" && last !== undefined && last.weight < 1) return faults;
  if (last === undefined || last.weight !== 1) {
    return [
      ...faults,
      {
        path: last === undefined ? ["steps"] : ["steps", steps.length - 1],
        message: "the last step must be 100%, which means promotion",
        fix: "add 100% to the end of `steps`",
      },
    ];
  }
  if (steps.length === 1) {
    return [
      {
        path: ["steps"],
        message: "there is no step on which the candidate is compared with the stable release",
        fix: "add a step before 100%, for example [5%, 100%]",
      },
    ];
  }
  return faults;
}

function metricFaults(plan: RolloutPlan): readonly PlanFault[] {
  const { metrics } = plan;
  const path = ["metrics"];
  if (metrics.length === 0)
    return [{ path, message: "every metric is off, so nothing could ever be proven", fix: "leave at least one on" }];
  const total = metrics.reduce((sum, { share }) => sum + share, 0);
  if (Math.abs(total - 1) > 1e-9 || metrics.some(({ share }) => share <= 0)) {
    return [
      {
        path,
        message: `the shares of the metrics (${metrics.map(({ metric, share }) => `${metric} ${formatPercent(share)}`).join(", ")}) must each be above 0% and add up to 100%`,
        fix: "leave `share` out to divide what is left evenly",
      },
    ];
  }
  if (needsProof(plan) && !metrics.some(({ required }) => required)) {
    return [
      {
        path,
        message: "no metric is required, so a release would be promoted on no proof at all",
        fix: "write `required: true` for at least one",
      },
    ];
  }
  return [];
}

/** What is wrong with a plan, in its places; what only the domain knows stands at the section itself. */
export function planFaults(plan: RolloutPlan): readonly PlanFault[] {
  const leastMs = exposedLeastMs(plan.steps);
  const early: readonly PlanFault[] =
    plan.deadlineMs < leastMs
      ? [
          {
            path: ["deadline"],
            message: `the deadline of ${spellDuration(plan.deadlineMs)} comes before the ${spellDuration(leastMs)} that the steps take at least`,
            fix: "raise `deadline`, or shorten `min_duration` of the steps",
          },
        ]
      : [];
  const faults = [...stepFaults(plan), ...metricFaults(plan), ...strategyFaults(plan), ...early];
  if (faults.length > 0) return faults;
  return checkPlan(plan).map((message) => ({
    path: [],
    message,
    fix: "docs/config.md lists the keys of `rollout` with their ranges",
  }));
}
