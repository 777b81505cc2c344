import { SEVERITIES } from "./alert-rule.ts";
import type { Severity } from "./alert-rule.ts";
import type { DeliveryReason, Telling, TellingAlert } from "./delivery.ts";
import type { AlertGroup, GroupMember } from "./desk.ts";

/** Alerts that one message names. */
export const MOST_TOLD = 50;
const MOST_TITLE = 300;

/** What a message is about. */
export interface TellingTerms {
  readonly reason: DeliveryReason;
  readonly environment: string;
  readonly group: AlertGroup;
  readonly members: readonly GroupMember[];
  readonly at: number;
  readonly by?: string;
}

/** A message about a group of alerts; the worst and the newest come first. */
export function makeTelling({ reason, environment, group, members, at, by }: TellingTerms): Telling {
  const alerts = members.toSorted(
    (one, other) =>
      Number(one.status === "resolved") - Number(other.status === "resolved") ||
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      other.startsAt - one.startsAt,
  );
  const firing = alerts.filter(({ status }) => status === "firing");
  const told = firing.length > 0 ? firing : alerts;
  return {
    reason,
    status: firing.length > 0 ? "firing" : "resolved",
    severity: worstOf(told),
    dedupKey: dedupKeyOf(environment, group),
    environment,
    endpoint: group.subject === "" ? null : group.subject,
    title: titleOf(reason, told),
    alerts: alerts.slice(0, MOST_TOLD).map(alertOf),
    more: Math.max(0, alerts.length - MOST_TOLD),
    at,
    by: by ?? null,
    url: null,
  };
}

/** What names a trouble to who is told of it. */
export const dedupKeyOf = (environment: string, { subject, number }: Pick<AlertGroup, "subject" | "number">): string =>
  `rollward:${environment}:${subject === "" ? "server" : subject}:${number}`;

/** The worst severity of some alerts; `info` of none. */
export const worstOf = (alerts: readonly { readonly severity: Severity }[]): Severity =>
  SEVERITIES.find((each) => alerts.some(({ severity }) => severity === each)) ?? "info";

const LEADS: Partial<Record<DeliveryReason, string>> = {
  escalated: "Nobody has acknowledged: ",
  renotified: "Still: ",
  resolved: "Over: ",
  acknowledged: "Acknowledged: ",
};

function titleOf(reason: DeliveryReason, told: readonly TellingAlert[]): string {
  const [first] = told;
  const rest = told.length > 1 ? ` And ${told.length - 1} more.` : "";
  return `${LEADS[reason] ?? ""}${first?.summary.slice(0, MOST_TITLE) ?? "nothing"}${rest}`;
}

const alertOf = ({
  fingerprint,
  status,
  severity,
  labels,
  summary,
  runbook,
  startsAt,
  endsAt,
}: GroupMember): TellingAlert => ({
  fingerprint,
  status,
  severity,
  labels,
  summary,
  runbook,
  startsAt,
  endsAt,
});
