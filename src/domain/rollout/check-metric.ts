import { isDelayed, testKind } from "../evidence/metrics/kinds.ts";
import type { BusinessPlan, JudgePlan, MetricPlan, PairJudgePlan } from "./plan.ts";

/** A score that waits longer than a day for its judge would delay every verdict behind it. */
const MAX_WITHIN_MS = 24 * 60 * 60_000;

/** Longest name of a score, a judge's digest or a metric of the application's own, characters. */
export const MAX_METRIC_NAME = 128;

const unless = (isFine: boolean, sentence: string): readonly string[] => (isFine ? [] : [sentence]);

/** What is wrong with one metric of a plan, in full sentences; [] when it can be frozen. */
export function checkMetric(plan: MetricPlan): readonly string[] {
  const { metric, share, capPico } = plan;
  const isCap = capPico === null || (Number.isSafeInteger(capPico) && capPico > 0);
  return [
    ...checkMargins(plan),
    ...unless(share > 0 && share <= 1, `The share of ${metric} is ${share}; it must be above 0 and at most 1.`),
    ...unless(isCap, `The cap of ${metric} is ${capPico} pico-dollars; it must be a whole number above 0.`),
    ...unless(capPico === null || metric === "cost", `The metric ${metric} has a cap; only cost can be capped.`),
    ...unless(
      plan.causes === undefined || (metric === "errors" && plan.causes.length > 0),
      `The metric ${metric} names causes of failure; only errors can, and at least one.`,
    ),
    ...unless(
      plan.beyond === undefined || (plan.beyond >= 1 && isTail(metric)),
      `The tail of ${metric} begins at ${plan.beyond} times a percentile; only tails have one, of at least 1.`,
    ),
    ...checkDelay(plan),
    ...checkBusiness(plan),
    ...(metric === "judge" ? checkJudge(plan.judge) : []),
  ];
}

const isTail = (metric: string): boolean => metric === "latency-tail" || metric === "cost-tail";
const isRatio = (ratio: number): boolean => Number.isFinite(ratio) && ratio > 1;

function checkMargins(plan: MetricPlan): readonly string[] {
  const { metric, harmRatio, noWorseRatio, noWorsePoints, noWorseOrPoints } = plan;
  const points = noWorsePoints ?? noWorseOrPoints;
  if (testKind(plan) === "means") return checkDrops(plan);
  return [
    ...unless(isRatio(harmRatio), `The harm margin of ${metric} is ${harmRatio}; it is a ratio and must be above 1.`),
    ...unless(
      isRatio(noWorseRatio),
      `The no-worse margin of ${metric} is ${noWorseRatio}; it is a ratio and must be above 1.`,
    ),
    ...unless(
      points === undefined || (points > 0 && points < 1 && testKind(plan) === "events" && !isGood(plan.business)),
      `The no-worse margin of ${metric} is ${points} as a difference of shares; it must be above 0 and below 1, and only harmful events have one.`,
    ),
    ...unless(
      noWorsePoints === undefined || noWorseOrPoints === undefined,
      `The no-worse margin of ${metric} is a difference both beside the ratio and in place of it; it can be one of the two.`,
    ),
  ];
}

const isGood = (business: BusinessPlan | undefined): boolean => business?.type === "event" && business.isGood;

function checkDrops({ metric, harmDrop, noWorseDrop }: MetricPlan): readonly string[] {
  return [
    ...unless(
      harmDrop !== undefined && harmDrop >= 0 && harmDrop < 1,
      `The harm margin of ${metric} is ${harmDrop}; it is a share of the range, from 0 to below 1.`,
    ),
    ...unless(
      noWorseDrop !== undefined && noWorseDrop > 0 && noWorseDrop < 1,
      `The no-worse margin of ${metric} is ${noWorseDrop}; it is a share of the range, above 0 and below 1.`,
    ),
  ];
}

function checkDelay({ metric, withinMs }: MetricPlan): readonly string[] {
  if (!isDelayed(metric)) {
    return unless(
      withinMs === undefined,
      `The metric ${metric} has a window of its own; the plan's window holds for it.`,
    );
  }
  return unless(
    withinMs !== undefined && withinMs > 0 && withinMs <= MAX_WITHIN_MS,
    `The window of ${metric} is ${withinMs} ms long; it must be above 0 and at most a day (${MAX_WITHIN_MS} ms).`,
  );
}

const isName = (name: string): boolean => name.length > 0 && name.length <= MAX_METRIC_NAME;

function checkJudge(judge: JudgePlan | undefined): readonly string[] {
  if (judge === undefined) return ["The metric judge does not say whose scores count."];
  return [
    ...unless(isName(judge.score), `The score of the judge needs a name of 1 to ${MAX_METRIC_NAME} characters.`),
    ...unless(isName(judge.digest), `The judge's digest has 1 to ${MAX_METRIC_NAME} characters.`),
    ...unless(
      judge.sample > 0 && judge.sample <= 1,
      `The share of sessions to judge is ${judge.sample}; it must be above 0 and at most 1.`,
    ),
    ...(judge.pairs === undefined ? [] : checkPairs(judge.pairs)),
  ];
}

const checkPairs = ({ questionPico, budgetPico, atOnce, timeoutMs }: PairJudgePlan): readonly string[] => [
  ...unless(
    questionPico === 0 || budgetPico !== null,
    "The judge of pairs costs something for each question and has no budget; say with `budget_usd` what all of them may cost.",
  ),
  ...unless(
    budgetPico === null || (questionPico > 0 && budgetPico >= 2 * questionPico),
    "The budget of the judge of pairs must pay for one pair at least, which takes two questions; say with `question_usd` what one costs.",
  ),
  ...unless(
    atOnce >= 1 && timeoutMs > 0,
    `The judge of pairs is asked ${atOnce} at once for ${timeoutMs} ms; both must be above 0.`,
  ),
];

/** As `POST /v1/metrics` takes it. */
const OWN_NAME = /^business:[a-z0-9][a-z0-9_-]{0,62}$/;

function checkBusiness({ metric, business }: MetricPlan): readonly string[] {
  const isOwn = metric.startsWith("business:");
  if (business === undefined) return unless(!isOwn, `The metric ${metric} does not say what it counts.`);
  if (!isOwn) return [`The metric ${metric} is not one of the application's own, and says what it counts.`];
  const named = unless(
    OWN_NAME.test(metric),
    `The metric ${metric} has no name that can be sent: those have lower-case letters, digits, dashes and underscores, at most 63.`,
  );
  if (business.type === "event") return named;
  const { low, high, missing } = business;
  const ranged = unless(
    Number.isFinite(low) && Number.isFinite(high) && low < high && missing >= low && missing <= high,
    `The range of ${metric} is ${low} to ${high} with ${missing} for sessions without a value; it must grow, and hold that.`,
  );
  return [...named, ...ranged];
}
