import type { RolloutPlan } from "../plan.ts";
import type { Move } from "./strategy.ts";

/** The next rung of the plan's ladder; the one of weight 1 is the promotion, and behind the last there is nothing. */
export function nextRung({ steps }: Pick<RolloutPlan, "steps">, step: number): Move | null {
  const rung = steps[step + 1];
  if (rung === undefined) return null;
  return rung.weight < 1 ? { to: "step", step: step + 1, weight: rung.weight } : { to: "promotion" };
}

/** What is wrong with rungs that should grow, each above 0 and at most 1. `name` is the strategy's, for people. */
export function checkRungs(steps: RolloutPlan["steps"], name: string, from = 0): readonly string[] {
  return steps.slice(from).flatMap(({ weight }, index) => {
    const step = `Step ${index + from + 1} of the ${name}`;
    if (!(weight > 0 && weight <= 1)) return [`${step} has the weight ${weight}; it must be above 0 and at most 1.`];
    const before = steps[index + from - 1];
    if (before === undefined || weight > before.weight) return [];
    return [`${step} has the weight ${weight}, which is not above the ${before.weight} of the step before it.`];
  });
}

/** What is wrong with the end of a ladder that should lead to the promotion, over at least one rung below it. */
export function checkEnds(steps: RolloutPlan["steps"], name: string): readonly string[] {
  const last = steps.at(-1);
  if (last === undefined) return [`The ${name} has no steps; give it at least one below 1 and a last one of 1.`];
  if (last.weight !== 1)
    return [`The last step of the ${name} has the weight ${last.weight}; it must be 1, which means promotion.`];
  return steps.some(({ weight }) => weight > 0 && weight < 1)
    ? []
    : [`The ${name} needs a step below 1 on which the candidate is compared with stable.`];
}

/** What is wrong with a first step on which nobody is given the candidate. */
export function checkPreview([first]: RolloutPlan["steps"], name: string): readonly string[] {
  if (first?.weight !== 0)
    return [`The first step of the ${name} must have the weight 0: nobody is given the candidate.`];
  return first.minSessions === 0
    ? []
    : [`The first step of the ${name} waits for sessions, and no session counts there.`];
}
