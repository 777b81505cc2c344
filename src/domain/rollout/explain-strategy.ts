import { formatDuration } from "../../kit/duration.ts";
import { formatShare, listMetrics, listWords } from "./describe-effect.ts";
import type { HarmMetric, Rollout } from "./rollout.ts";
import { isProven } from "./rules/certify.ts";

/** "errors", or "structure of the copies" for what copies are compared by. */
export const nameHarm = (metric: HarmMetric): string =>
  isOfCopies(metric)
    ? `${metric === "shadow:judge" ? "the judge" : metric.slice("shadow:".length)} of the copies`
    : listMetrics([metric]);

/** Whether harm was proven on copies that nobody saw. */
export const isOfCopies = (metric: HarmMetric): metric is `shadow:${string}` => metric.startsWith("shadow:");

/** What a shadow stage is doing: "The candidate answers copies of 10 % of stable's sessions, unseen: 240 pairs so far". */
export function explainShadow({ plan, shadowReading }: Rollout): string {
  const sample = plan.shadow === undefined ? "" : ` of ${formatShare(plan.shadow.sample)} of stable's sessions`;
  const pairs = shadowReading === undefined ? "" : `; ${counted(shadowReading.pairs, "pair")} at the last decision`;
  return `The candidate answers copies${sample}, and nobody sees it${pairs}`;
}

/** What a rollout is doing at a step, where its strategy says it better than a weight; `null` for a plain ladder. */
export function explainPlace(rollout: Rollout): string | null {
  const { plan, step, weight } = rollout;
  if (plan.strategy === "dark" && step === 0) return "Deployed, not released (only who asks for it by name gets it)";
  if (plan.strategy === "blue_green" && step === 0) return "In preview (only who asks for it by name gets it)";
  if (plan.strategy === "instant" && step === 0) return "Ready to switch";
  if (plan.strategy === "ab") return `A/B test at ${formatShare(weight)}`;
  if (plan.strategy === "flag") return `On for ${formatShare(weight)} of those it is for`;
  return null;
}

/** What a step without traffic, a test or a flag waits for, as a clause; `null` for a plain ladder. */
export function explainWish(rollout: Rollout): string | null {
  const { plan, step, winner, stepObservedMs } = rollout;
  const here = plan.steps[step];
  if (here === undefined) return null;
  if (plan.strategy === "ab" && plan.ab !== undefined) {
    if (winner === "candidate")
      return "the candidate is proven better; what else is required is not proven no worse yet";
    const { sessions, effect, goal } = plan.ab;
    return `it ends with a winner by ${listMetrics([goal])}, or after ${counted(sessions, "session")}, which find a change of ${formatShare(effect)}`;
  }
  if (here.weight === 0) {
    const leftMs = here.minDurationMs - stepObservedMs;
    if (leftMs > 0) return `it goes on in ${formatDuration(leftMs)} at the soonest`;
    return here.approval ? "a person starts what comes next" : "it goes on when its gates are clear";
  }
  const isLast = step === plan.steps.length - 1;
  return plan.strategy === "flag" && isLast ? "it stays there until a person promotes it or takes it back" : null;
}

/** Why a person is asked, as a clause. */
export function explainQuestion(rollout: Rollout): string {
  const { plan, step, winner, deadlineReached } = rollout;
  if (plan.strategy === "dark" && step === 0) return "a person starts the ladder behind it";
  if (plan.strategy === "blue_green" && step === 0)
    return "every other gate is clear; a person must approve the switch";
  if (winner === "candidate") return "the candidate is proven better; a person must decide whether to promote";
  return deadlineReached && !isProven(rollout)
    ? "the deadline passed without proof; a person must decide whether to promote"
    : "every other gate is clear; a person must approve the next step";
}

/** How a rollout that was only looked at ended. */
export function explainObserved({ winner, plan, shadowReading }: Rollout): string {
  const goal = plan.ab === undefined ? "" : listMetrics([plan.ab.goal]);
  if (winner === "candidate")
    return `Completed: the candidate is proven better by ${goal} and was not promoted, because another required metric is not proven no worse.`;
  if (winner === "stable") return `Completed: stable is proven better by ${goal}, so it stays.`;
  if (winner === "none" && plan.ab !== undefined) {
    return `Completed: no difference of ${formatShare(plan.ab.effect)} in ${goal} was found, which is the size that was looked for, so stable stays.`;
  }
  if (shadowReading === undefined) return "Completed: the candidate was only observed.";
  const open = shadowReading.metrics.filter(({ noWorse }) => !noWorse.crossed).map(({ metric }) => metric);
  const shown =
    open.length === 0 ? "proven no worse in everything compared" : `not proven no worse in ${listWords(open)}`;
  return `Completed: the candidate was only observed, on ${counted(shadowReading.pairs, "pair")} of answers; ${shown}.`;
}

/** What a promotion rests on where it is no proof that nothing is worse; `null` where it is. */
export function explainOtherBasis({ promotion, plan }: Rollout): string | null {
  if (promotion?.basis === "gates") return "its gates were clear, and nobody had been given it before";
  if (promotion?.basis !== "superior" || plan.ab === undefined) return null;
  return `it is proven better than the release before by ${listMetrics([plan.ab.goal])}`;
}

/** What is left of the time after a promotion: old sessions first, then the bake; `null` when neither is. */
export function explainBake({ plan, drainedMs, pinsDrained }: Rollout): string | null {
  const { drainMs, bakeMs = 0, holdback = 0 } = plan;
  const drainLeft = pinsDrained === true ? 0 : Math.max(0, drainMs - drainedMs);
  const bakeLeft = Math.max(0, bakeMs - drainedMs);
  const watched = holdback > 0 ? `, watched against ${formatShare(holdback)} on the release before` : "";
  const clauses = [
    drainLeft > 0 ? `sessions that began before have ${formatDuration(drainLeft)} left` : "",
    bakeLeft > 0 ? `it bakes for another ${formatDuration(bakeLeft)}${watched}` : "",
  ].filter((clause) => clause !== "");
  return clauses.length === 0 ? null : clauses.join("; ");
}

/** "1 pair", "1,240 sessions". */
const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
