import { DEFAULT_PLAN, checkPlan } from "../../domain/rollout/open-rollout.ts";
import type { MetricName, MetricPlan, RolloutPlan, Step } from "../../domain/rollout/plan.ts";
import { METRIC_KEYS, metricFallback, type RolloutInput, type StepInput } from "../schema/rollout-schema.ts";
import type { Fault } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { formatPercent, spellDuration } from "../units.ts";

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

interface Unshared {
  readonly plan: Omit<MetricPlan, "share">;
  /** As written; `null` when it takes part in dividing the rest, in proportion to `usual`. */
  readonly share: number | null;
  readonly usual: number;
}

function metricOf(metric: MetricName, input: boolean | NonNullable<RolloutInput["metrics"]>["cost"]): Unshared | null {
  const known = DEFAULT_PLAN.metrics.find((one) => one.metric === metric);
  if (input === false || (input === undefined && known === undefined)) return null;
  const written = typeof input === "object" ? input : {};
  const fallback = known ?? metricFallback(metric);
  return {
    plan: {
      metric,
      harmRatio: written.harm ?? fallback.harmRatio,
      noWorseRatio: written.no_worse ?? fallback.noWorseRatio,
      required: written.required ?? fallback.required,
      capPico: written.cap_usd ?? known?.capPico ?? null,
    },
    share: written.share ?? null,
    usual: known?.share ?? Math.min(...DEFAULT_PLAN.metrics.map(({ share }) => share)),
  };
}

function metricsOf(input: RolloutInput["metrics"]): readonly MetricPlan[] {
  const metrics = Object.entries(METRIC_KEYS)
    .map(([key, metric]) => metricOf(metric, input?.[key as keyof typeof METRIC_KEYS]))
    .filter((one) => one !== null);
  const given = metrics.reduce((sum, { share }) => sum + (share ?? 0), 0);
  const usual = metrics.reduce((sum, one) => sum + (one.share === null ? one.usual : 0), 0);
  // Rounded so that three quarters read 0.75; the sum may be off by far less than a plan may be.
  const rest = (one: Unshared): number => Number(((Math.max(0, 1 - given) * one.usual) / usual).toFixed(12));
  return metrics.map((one) => ({ ...one.plan, share: one.share ?? rest(one) }));
}

/** The plan that a `rollout` section means; without one, the default plan. */
export function buildPlan(input: RolloutInput | undefined): RolloutPlan {
  if (input === undefined) return DEFAULT_PLAN;
  return {
    strategy: input.strategy ?? DEFAULT_PLAN.strategy,
    steps: input.steps?.map(stepOf) ?? DEFAULT_PLAN.steps,
    metrics: metricsOf(input.metrics),
    alpha: input.alpha ?? DEFAULT_PLAN.alpha,
    beta: input.beta ?? DEFAULT_PLAN.beta,
    mode: input.mode ?? DEFAULT_PLAN.mode,
    window: {
      turns: input.window?.turns ?? DEFAULT_PLAN.window.turns,
      withinMs: input.window?.within ?? DEFAULT_PLAN.window.withinMs,
    },
    onInconclusive: input.on_inconclusive ?? DEFAULT_PLAN.onInconclusive,
    deadlineMs: input.deadline ?? DEFAULT_PLAN.deadlineMs,
    onNewRelease: input.on_new_release ?? DEFAULT_PLAN.onNewRelease,
    drainMs: input.drain ?? DEFAULT_PLAN.drainMs,
    noDataMs: input.no_data ?? DEFAULT_PLAN.noDataMs,
  };
}

function stepFaults(steps: readonly Step[]): readonly PlanFault[] {
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

function metricFaults(metrics: readonly MetricPlan[]): readonly PlanFault[] {
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
  if (!metrics.some(({ required }) => required)) {
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
  const leastMs = plan.steps.reduce((sum, { minDurationMs }) => sum + minDurationMs, 0);
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
  const faults = [...stepFaults(plan.steps), ...metricFaults(plan.metrics), ...early];
  if (faults.length > 0) return faults;
  return checkPlan(plan).map((message) => ({
    path: [],
    message,
    fix: "docs/config.md lists the keys of `rollout` with their ranges",
  }));
}
