import type { MetricPlan, ObservationWindow, RolloutPlan } from "./plan.ts";
import { STRATEGIES } from "./strategies/index.ts";

/** How far the shares of a plan may be from 1 together: rounding only. */
const SHARE_TOLERANCE = 1e-9;
/** A session that waits longer than a day for its outcome would delay every verdict behind it. */
const MAX_WINDOW_MS = 24 * 60 * 60_000;
const MAX_TURNS = 1_000;

/** What is wrong with a plan, in full sentences; [] when it can be frozen. */
export function checkPlan(plan: RolloutPlan): readonly string[] {
  return [
    ...STRATEGIES[plan.strategy].checkSteps(plan.steps),
    ...checkStepMinimums(plan),
    ...checkMetrics(plan.metrics),
    ...checkLevel("alpha", plan.alpha),
    ...checkLevel("beta", plan.beta),
    ...checkWindow(plan.window),
    ...checkTimes(plan),
  ];
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isTime = (value: number): boolean => Number.isFinite(value) && value >= 0;
const unless = (isFine: boolean, sentence: string): readonly string[] => (isFine ? [] : [sentence]);

const checkStepMinimums = ({ steps }: RolloutPlan): readonly string[] =>
  steps.flatMap(({ minDurationMs, minSessions }, index) => [
    ...unless(
      isTime(minDurationMs),
      `Step ${index + 1} has a least duration of ${minDurationMs} ms; it must be 0 or more.`,
    ),
    ...unless(
      isCount(minSessions),
      `Step ${index + 1} has a least number of sessions of ${minSessions}; it must be a whole number, 0 or more.`,
    ),
  ]);

function checkMetrics(metrics: readonly MetricPlan[]): readonly string[] {
  if (metrics.length === 0) return ["The plan has no metrics; without one nothing can be proven."];
  const names = metrics.map(({ metric }) => metric);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const shares = metrics.reduce((sum, { share }) => sum + share, 0);
  return [
    ...metrics.flatMap(checkMetric),
    ...unless(twice === undefined, `The metric ${twice} is named more than once; name it once.`),
    ...unless(
      Math.abs(shares - 1) <= SHARE_TOLERANCE,
      `The shares of the metrics add up to ${shares}; they must add up to 1.`,
    ),
    ...unless(
      metrics.some(({ required }) => required),
      "No metric is required; a promotion needs at least one that is proven no worse.",
    ),
  ];
}

function checkMetric({ metric, harmRatio, noWorseRatio, share, capPico }: MetricPlan): readonly string[] {
  const isCap = capPico === null || (Number.isSafeInteger(capPico) && capPico > 0);
  return [
    ...unless(isMargin(harmRatio), `The harm margin of ${metric} is ${harmRatio}; it is a ratio and must be above 1.`),
    ...unless(
      isMargin(noWorseRatio),
      `The no-worse margin of ${metric} is ${noWorseRatio}; it is a ratio and must be above 1.`,
    ),
    ...unless(share > 0 && share <= 1, `The share of ${metric} is ${share}; it must be above 0 and at most 1.`),
    ...unless(isCap, `The cap of ${metric} is ${capPico} pico-dollars; it must be a whole number above 0.`),
    ...unless(capPico === null || metric === "cost", `The metric ${metric} has a cap; only cost can be capped.`),
  ];
}

const isMargin = (ratio: number): boolean => Number.isFinite(ratio) && ratio > 1;

const checkLevel = (name: "alpha" | "beta", level: number): readonly string[] =>
  unless(level > 0 && level < 1, `The level ${name} is ${level}; it must be above 0 and below 1.`);

const checkWindow = ({ turns, withinMs }: ObservationWindow): readonly string[] => [
  ...unless(
    Number.isSafeInteger(turns) && turns >= 1 && turns <= MAX_TURNS,
    `The window observes ${turns} turns of a session; it must be a whole number from 1 to ${MAX_TURNS}.`,
  ),
  ...unless(
    withinMs > 0 && withinMs <= MAX_WINDOW_MS,
    `The window is ${withinMs} ms long; it must be above 0 and at most a day (${MAX_WINDOW_MS} ms).`,
  ),
];

function checkTimes({ deadlineMs, drainMs, noDataMs, steps }: RolloutPlan): readonly string[] {
  const leastMs = steps.reduce((sum, { minDurationMs }) => sum + minDurationMs, 0);
  return [
    ...unless(
      Number.isFinite(deadlineMs) && deadlineMs > 0 && !(deadlineMs < leastMs),
      `The deadline is ${deadlineMs} ms; it must be above 0 and not before the ${leastMs} ms that the steps need.`,
    ),
    ...unless(isTime(drainMs), `The drain time is ${drainMs} ms; it must be 0 or more.`),
    ...unless(
      Number.isFinite(noDataMs) && noDataMs > 0,
      `The time without data is ${noDataMs} ms; it must be above 0.`,
    ),
  ];
}
