import { isRequiredOnCopies } from "../shadow/pair-test.ts";
import type { RolloutPlan, ShadowStage } from "./plan.ts";
import { STRATEGIES } from "./strategies/index.ts";

const unless = (isFine: boolean, sentence: string): readonly string[] => (isFine ? [] : [sentence]);
const isTime = (value: number): boolean => Number.isFinite(value) && value >= 0;

/** Largest share of new sessions that may stay on the release before: beyond it nothing was promoted. */
export const MAX_HOLDBACK = 0.5;

/** What is wrong with the stages of a plan that stand before and behind its steps, in full sentences. */
export const checkStages = (plan: RolloutPlan): readonly string[] => [
  ...(plan.shadow === undefined ? [] : [...checkShadow(plan.shadow), ...checkCompared(plan)]),
  ...checkHoldback(plan),
  ...checkKept(plan),
  ...checkOwn(plan),
];

function checkShadow({ sample, minPairs, minDurationMs, deadlineMs, budgetPico }: ShadowStage): readonly string[] {
  return [
    ...unless(
      sample > 0 && sample <= 1,
      `The shadow stage copies ${sample} of the sessions; it must be above 0, at most 1.`,
    ),
    ...unless(
      Number.isSafeInteger(minPairs) && minPairs >= 0,
      `The shadow stage waits for ${minPairs} pairs; it must be a whole number, 0 or more.`,
    ),
    ...unless(isTime(minDurationMs), `The shadow stage lasts at least ${minDurationMs} ms; it must be 0 or more.`),
    ...unless(
      Number.isFinite(deadlineMs) && deadlineMs > 0 && !(deadlineMs < minDurationMs),
      `The shadow stage ends after ${deadlineMs} ms; it must be above 0 and not before the ${minDurationMs} ms that it lasts at least.`,
    ),
    ...unless(
      budgetPico === null || (Number.isSafeInteger(budgetPico) && budgetPico > 0),
      `The shadow stage may cost ${budgetPico} pico-dollars; it must be a whole number above 0.`,
    ),
  ];
}

/** A plan that wants proof before users come must have something that copies can prove. */
function checkCompared({ steps, metrics }: RolloutPlan): readonly string[] {
  const required = metrics.filter((metric) => metric.required);
  return unless(
    steps.length === 0 || required.length === 0 || metrics.some(isRequiredOnCopies),
    "The shadow stage can prove nothing that the plan requires; require a metric that copies show, such as errors, latency or cost, or leave the stage out.",
  );
}

const checkHoldback = ({ holdback = 0 }: RolloutPlan): readonly string[] =>
  unless(
    holdback >= 0 && holdback < MAX_HOLDBACK,
    `The holdback is ${holdback}; it must be 0 or more and below ${MAX_HOLDBACK}.`,
  );

const checkKept = ({ bakeMs = 0, warmMs = 0, sessionsPerDay }: RolloutPlan): readonly string[] => [
  ...unless(isTime(bakeMs), `The bake lasts ${bakeMs} ms; it must be 0 or more.`),
  ...unless(isTime(warmMs), `The release before stays warm for ${warmMs} ms; it must be 0 or more.`),
  ...unless(
    sessionsPerDay === undefined || (Number.isFinite(sessionsPerDay) && sessionsPerDay > 0),
    `${sessionsPerDay} sessions a day are expected; it must be above 0.`,
  ),
];

const checkOwn = ({ strategy, ab, target }: RolloutPlan): readonly string[] => [
  ...unless(ab === undefined || strategy === "ab", `Only an A/B test looks for a winner; the strategy is ${strategy}.`),
  ...unless(
    target === undefined || strategy === "flag",
    `Only a flag has a condition that says whose calls it is for; the strategy is ${strategy}.`,
  ),
];

/** Whether promotion waits for metrics to be proven no worse, so that at least one has to be required. */
export const needsProof = ({ strategy, steps }: Pick<RolloutPlan, "strategy" | "steps">): boolean =>
  STRATEGIES[strategy].basis === "non-inferior" && steps.at(-1)?.weight === 1;
