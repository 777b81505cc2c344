import type { AlertNow, NowFacts } from "./situation.ts";

/**
 * Whether a situation says already what an alert is about: the situation knows since when, why and what was done, and the
 * alert stands among the alerts.
 */
export function isSaid({ endpoint, about, model }: AlertNow, facts: Pick<NowFacts, "endpoints" | "pauses">): boolean {
  const own = facts.endpoints.filter((each) => endpoint === null || each.endpoint === endpoint);
  switch (about) {
    case "rollout-rolled-back":
      return own.some(({ withdrawn }) => withdrawn !== null);
    case "rollout-held":
      return own.some(({ rollout }) => rollout !== null && rollout.holds.length > 0);
    case "over-limit-share":
      return own.some(({ overBudget: { shared } }) => shared !== undefined && shared.share > 0);
    case "budget-share":
    case "budget-forecast":
      return own.some(({ overBudget }) => overBudget.calls > 0);
    case "provider-trouble":
      return own.some(({ away }) => away.some((each) => each.model === model));
    case "paused":
      return facts.pauses.some((pause) => endpoint === null || pause.endpoint === endpoint);
    default:
      return false;
  }
}
