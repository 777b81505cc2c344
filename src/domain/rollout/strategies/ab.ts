import type { AbPlan, RolloutPlan } from "../plan.ts";
import type { Strategy } from "./strategy.ts";

/**
 * One fixed weight until a winner is proven or the planned number of sessions is there. A candidate that wins is
 * promoted, or a person is asked; in every other case it leaves and stable stays.
 */
export const ab: Strategy = {
  basis: "superior",
  next: ({ steps }, step) => {
    if (step >= 0) return { to: "promotion" };
    return steps[0] === undefined ? null : { to: "step", step: 0, weight: steps[0].weight };
  },
  check: ({ steps, ab: test, metrics }) => [
    ...checkShares(steps),
    ...(test === undefined ? ["The A/B test does not say what it looks for."] : checkTest(test, metrics)),
  ],
};

function checkShares(steps: RolloutPlan["steps"]): readonly string[] {
  const [only, ...others] = steps;
  if (only === undefined || others.length > 0) return ["An A/B test has one step, whose weight does not change."];
  return only.weight > 0 && only.weight < 1
    ? []
    : [`The A/B test gives the candidate ${only.weight} of the sessions; it must be above 0 and below 1.`];
}

const inUnit = (share: number): boolean => share > 0 && share < 1;
const isAbove = (value: number): boolean => Number.isFinite(value) && value > 0;

function checkTest({ goal, effect, power, sessions, baseline }: AbPlan, metrics: RolloutPlan["metrics"]) {
  const unless = (isFine: boolean, sentence: string): readonly string[] => (isFine ? [] : [sentence]);
  return [
    ...unless(
      metrics.some(({ metric }) => metric === goal),
      `The A/B test decides by ${goal}, which is not among the metrics of the plan.`,
    ),
    ...unless(isAbove(effect), `The A/B test looks for an effect of ${effect}; it must be above 0.`),
    ...unless(inUnit(power), `The A/B test has a power of ${power}; it must be above 0 and below 1.`),
    ...unless(isAbove(baseline), `The A/B test has a baseline of ${baseline}; it must be above 0.`),
    ...unless(
      Number.isSafeInteger(sessions) && sessions > 0,
      `The A/B test ends after ${sessions} sessions; no finite number shows an effect of that size.`,
    ),
  ];
}
