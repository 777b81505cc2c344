import { tellsOfFailures } from "../../domain/alerts/tells-of-failures.ts";
import type { AlertNow, EndpointNow } from "../../domain/now/situation.ts";
import type { NowSources } from "./now-sources.ts";

/** Where alerts fire. */
export interface WellTerms {
  readonly environment: string;
  readonly endpoints: readonly EndpointNow[];
}

/** Most alerts that are looked up at once: more of them are no recovery. */
const MOST = 20;

/**
 * Alerts, with since when the calls are well that they tell of: a rule that looks at hours goes on firing long after. What
 * cannot be read is left as it is.
 */
export async function withWellSince(
  { recoveries, rules }: Pick<NowSources, "recoveries" | "rules">,
  alerts: readonly AlertNow[],
  { environment, endpoints }: WellTerms,
): Promise<readonly AlertNow[]> {
  const well = new Set(endpoints.filter(isWell).map(({ endpoint }) => endpoint));
  const ofFailures = new Set(rules(environment).rules.flatMap((rule) => (tellsOfFailures(rule) ? [rule.name] : [])));
  const asked = alerts.filter(({ endpoint, rule }) => endpoint !== null && well.has(endpoint) && ofFailures.has(rule));
  if (asked.length === 0 || asked.length > MOST) return alerts;
  return Promise.all(
    alerts.map(async (alert) => {
      if (!asked.includes(alert) || alert.endpoint === null) return alert;
      const question = { environment, endpoints: [alert.endpoint], startedAt: alert.since };
      const found = await recoveries.find(question).catch(() => null);
      return found?.state === "well" ? { ...alert, wellSince: found.recovery.at } : alert;
    }),
  );
}

/** Neither do its calls fail, nor does a budget of all callers refuse them. */
const isWell = ({ errors, overBudget }: EndpointNow): boolean =>
  (errors.standing === "well" || errors.standing === "quiet") && (overBudget.shared?.share ?? 0) === 0;
