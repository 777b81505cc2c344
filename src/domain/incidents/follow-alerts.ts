import type { Severity } from "../alerts/alert-rule.ts";
import { SEVERITIES } from "../alerts/alert-rule.ts";
import { isOpenIncident } from "./incident.ts";
import type { Impact, Incident, IncidentAlert, IncidentFact, IncidentRecovery } from "./incident.ts";

/** When alerts open incidents, and when the machine closes those that nobody attended. */
export interface IncidentPolicy {
  /** The least severity that opens one; `null`: only people do. */
  readonly openOn: Severity | null;
  /** How long all alerts of an unattended incident must be over before it is resolved by itself, ms; `null` is never. */
  readonly resolveAfterMs: number | null;
}

/** Of environments that say nothing. */
export const DEFAULT_INCIDENT_POLICY: IncidentPolicy = { openOn: "critical", resolveAfterMs: 30 * 60_000 };

/** Troubles of other endpoints within this time of a provider's trouble are taken for the same, ms. */
const SAME_OUTAGE_MS = 10 * 60_000;
/** Ends that are as near are one: the last failures may be written some seconds later, ms. */
const SAME_END_MS = 60_000;

/** What fails again so soon after it was well is the same trouble, ms. */
export const RELAPSE_MS = 10 * 60_000;

/** Whether an alert of this severity opens an incident. */
export const opensIncident = ({ openOn }: IncidentPolicy, severity: Severity): boolean =>
  openOn !== null && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(openOn);

/**
 * The open incident that an alert belongs to; `null` where it is a trouble of its own. The same cause is: the same endpoint, the
 * same provider, or a provider's trouble within ten minutes of an endpoint's. What fired before an incident's trouble
 * began is no part of it, and what began after its calls were well neither: of failing calls for ten minutes, which is a
 * relapse, of anything else at once. Where only what was done about a rollout is told, what began after that is a trouble
 * of its own, with causes of its own. Of several the oldest.
 */
export function incidentFor(alert: IncidentAlert, incidents: readonly Incident[]): Incident | null {
  const open = incidents
    .filter((incident) => isOpenIncident(incident) && isOfItsTime(incident, alert))
    .filter((incident) => !isLater(incident, alert) && !isBehindRollback(incident, alert))
    .toSorted((one, other) => one.openedAt - other.openedAt);
  return (
    open.find((incident) => isAboutSame(incident, alert)) ??
    open.find((incident) => isSameOutage(incident, alert)) ??
    null
  );
}

/** Alerts that a person opened one for may have fired a while before. */
const isOfItsTime = ({ startedAt, openedBy: opener }: Incident, { firedAt }: IncidentAlert): boolean =>
  firedAt >= (opener.kind === "key" ? startedAt - SAME_OUTAGE_MS : startedAt);

/** A rollback is told for an hour, of a trouble that it has ended. */
const isBehindRollback = ({ alerts, startedAt, openedBy: opener }: Incident, alert: IncidentAlert): boolean =>
  opener.kind === "machine" &&
  alert.rollout === undefined &&
  alert.startedAt > startedAt &&
  alerts.every(({ rollout }) => rollout !== undefined);

/** Whoever opened one about everything wants everything in it. */
const isOfEverything = ({ endpoints, openedBy: opener }: Incident): boolean =>
  endpoints.length === 0 && opener.kind === "key";

function isLater(incident: Incident, { startedAt, isOfFailures }: IncidentAlert): boolean {
  const { recovered } = incident;
  if (recovered == null || isOfEverything(incident)) return false;
  return startedAt > recovered.at + (isOfFailures === true ? RELAPSE_MS : 0);
}

/**
 * When an incident's trouble began, with one more alert: earlier where that is a sign of the same trouble, which was seen a little
 * before. What was done about a rollout is a sign of nothing.
 */
export function beginningWith({ startedAt }: Pick<Incident, "startedAt">, alert: IncidentAlert): number {
  const isSame = alert.rollout === undefined && startedAt - alert.startedAt <= SAME_OUTAGE_MS;
  return isSame ? Math.min(startedAt, alert.startedAt) : startedAt;
}

function isAboutSame(incident: Incident, alert: IncidentAlert): boolean {
  if (isOfEverything(incident)) return true;
  const { endpoints, alerts } = incident;
  if (alert.endpoint !== null) return endpoints.includes(alert.endpoint);
  if (alert.provider !== null) return alerts.some(({ provider }) => provider === alert.provider);
  return endpoints.length === 0 && alerts.some(({ rule }) => rule === alert.rule);
}

const isSameOutage = ({ alerts }: Incident, alert: IncidentAlert): boolean =>
  alerts.some(
    (other) =>
      (other.provider !== null) !== (alert.provider !== null) &&
      Math.abs(other.startedAt - alert.startedAt) <= SAME_OUTAGE_MS,
  );

const IMPACT_OF: Readonly<Record<Severity, Impact>> = { critical: "major", warning: "minor", info: "none" };

/**
 * How an incident begins that an alert opens. `title` says what is wrong without the number of the first moment, which would
 * stand there for ever (docs/decisions/0037-incidents.md); `null`: nobody knows the rule, and the alert's words stand in.
 */
export const openedBy = (alert: IncidentAlert, environment: string, title: string | null = null): IncidentFact => ({
  type: "Opened",
  environment,
  title: (title ?? alert.summary).slice(0, 200).toWellFormed(),
  impact: IMPACT_OF[alert.severity],
  endpoints: alert.endpoint === null ? [] : [alert.endpoint],
  startedAt: alert.startedAt,
  alerts: [alert],
});

/**
 * What the machine does about an incident: joins an alert that is not in it, notes those that are over, watches when all
 * are or its calls are well, begins again when one fires anew, and resolves what nobody attended. `ended` are the ends of its
 * alerts by key.
 */
export function followAlerts(
  incident: Incident,
  { joining, ended, now, policy }: FollowTerms,
): readonly IncidentFact[] {
  if (incident.mergedInto !== null) return [];
  const facts: IncidentFact[] = joining.map((alert) => ({ type: "AlertJoined", alert }));
  for (const { key, endedAt } of incident.alerts) {
    const end = endedAt === null ? ended.get(key) : undefined;
    if (end !== undefined) facts.push({ type: "AlertEnded", key, endedAt: end });
  }
  const isRelapse = joining.some((alert) => isFailingAfter(incident, alert));
  if (isRelapse) facts.push({ type: "Relapsed" });
  const recovered = isRelapse ? null : (incident.recovered ?? null);
  const alerts = [
    ...incident.alerts.map((one) => ({ ...one, endedAt: one.endedAt ?? ended.get(one.key) ?? null })),
    ...joining,
  ];
  const state = nextState({ ...incident, recovered }, { alerts, isJoined: joining.length > 0, now, policy });
  return state === incident.state ? facts : [...facts, { type: "StateChanged", state }];
}

/** Whether an alert tells that calls fail again which were well. */
const isFailingAfter = ({ recovered }: Incident, { isOfFailures, startedAt }: IncidentAlert): boolean =>
  recovered != null && isOfFailures === true && startedAt > recovered.at;

/**
 * What the machine notes of an incident's calls: that they are well, or fail again. `recovery`: `null` while they fail. A
 * recovery that was found before is said again only where it is another one.
 */
export function followCalls(
  { recovered, state }: Pick<Incident, "recovered" | "state">,
  recovery: IncidentRecovery | null,
): readonly IncidentFact[] {
  const before = recovered ?? null;
  if (recovery === null) {
    if (before === null) return [];
    const again: readonly IncidentFact[] =
      state === "monitoring" ? [{ type: "StateChanged", state: "investigating" }] : [];
    return [{ type: "Relapsed" }, ...again];
  }
  const isKnown = before !== null && Math.abs(before.at - recovery.at) < SAME_END_MS;
  return isKnown ? [] : [{ type: "Recovered", recovery }];
}

/** What the machine knows of an incident's alerts. Times are epoch milliseconds. */
export interface FollowTerms {
  readonly joining: readonly IncidentAlert[];
  readonly ended: ReadonlyMap<string, number>;
  readonly now: number;
  readonly policy: IncidentPolicy;
}

function nextState(
  { state, isAttended, since, alerts: known, recovered }: Incident,
  {
    alerts,
    isJoined,
    now,
    policy,
  }: Pick<FollowTerms, "now" | "policy"> & {
    readonly alerts: readonly IncidentAlert[];
    readonly isJoined: boolean;
  },
): Incident["state"] {
  if (alerts.length === 0) return state;
  // That a rollout was rolled back is told for an hour, however well calls go, and that a budget of failures is gone for days.
  const isTelling = ({ rollout, isOfFailures }: IncidentAlert): boolean =>
    rollout === undefined && (recovered == null || isOfFailures !== true);
  const isFiring = alerts.some((alert) => alert.endedAt === null && isTelling(alert));
  if (isFiring) return state === "monitoring" && isJoined ? "investigating" : state;
  if (state === "investigating" || state === "identified") {
    // A person who attends says when it is over.
    return isAttended ? state : "monitoring";
  }
  const isEnough = policy.resolveAfterMs !== null && now - Math.max(since, lastEnd(alerts)) >= policy.resolveAfterMs;
  return state === "monitoring" && !isAttended && isEnough && known.length > 0 ? "resolved" : state;
}

/** When the last alert of some ended, epoch ms; −∞ where none has. */
export const lastEnd = (alerts: readonly Pick<IncidentAlert, "endedAt">[]): number =>
  Math.max(...alerts.map(({ endedAt }) => endedAt ?? Number.NEGATIVE_INFINITY));
