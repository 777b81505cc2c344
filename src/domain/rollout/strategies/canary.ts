import type { RolloutPlan } from "../plan.ts";
import type { Strategy } from "./strategy.ts";

/** A ladder of growing weights; promotion is due from the last rung below 1, on proof. */
export const canary: Strategy = {
  next({ steps }, step) {
    const rung = steps[step + 1];
    if (rung === undefined) return null;
    return rung.weight < 1 ? { to: "step", step: step + 1, weight: rung.weight } : { to: "promotion" };
  },
  checkSteps: (steps) => [...checkLadder(steps), ...checkEnds(steps)],
};

function checkLadder(steps: RolloutPlan["steps"]): readonly string[] {
  return steps.flatMap(({ weight }, index) => {
    const name = `Step ${index + 1} of the canary`;
    if (!(weight > 0 && weight <= 1)) return [`${name} has the weight ${weight}; it must be above 0 and at most 1.`];
    const before = steps[index - 1];
    if (before === undefined || weight > before.weight) return [];
    return [`${name} has the weight ${weight}, which is not above the ${before.weight} of the step before it.`];
  });
}

function checkEnds(steps: RolloutPlan["steps"]): readonly string[] {
  const last = steps.at(-1);
  if (last === undefined) return ["The canary has no steps; give it at least one below 1 and a last one of 1."];
  if (last.weight !== 1)
    return [`The last step of the canary has the weight ${last.weight}; it must be 1, which means promotion.`];
  return steps.length > 1 ? [] : ["The canary needs a step below 1 on which the candidate is compared with stable."];
}
