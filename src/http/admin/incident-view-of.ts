import type { z } from "zod";
import type { incidentSummary, incidentView, testCase } from "../../contract/incidents.ts";
import { actorName } from "../../domain/incidents/incident.ts";
import type { Incident, IncidentRecovery } from "../../domain/incidents/incident.ts";
import type { IncidentStory } from "../../jobs/incidents/tell-incident.ts";
import type { TestCase } from "../../jobs/incidents/test-cases.ts";
import { instantOf } from "./instant-of.ts";

/** An incident in lists; what is known of its recovery beyond what was noted comes along. */
export const incidentSummaryOf = (
  incident: Incident,
  recovered: IncidentRecovery | null = incident.recovered ?? null,
): z.input<typeof incidentSummary> => ({
  id: incident.id,
  title: incident.title,
  state: incident.state,
  impact: incident.impact,
  endpoints: [...incident.endpoints],
  opened_at: instantOf(incident.openedAt),
  opened_by: actorName(incident.openedBy),
  started_at: instantOf(incident.startedAt),
  resolved_at: timeOf(incident.resolvedAt),
  well_since: timeOf(recovered?.at ?? null),
  mended_by: recovered?.cure == null ? null : { ...recovered.cure, at: instantOf(recovered.cure.at) },
  acknowledged:
    incident.acknowledged === null ? null : { at: instantOf(incident.acknowledged.at), by: incident.acknowledged.by },
  lead: incident.roles.lead,
  public: incident.isPublic,
  alerts: incident.alerts.map(({ fingerprint }) => fingerprint),
  merged_into: incident.mergedInto,
});

/** An incident with its story. */
export function incidentViewOf(
  incident: Incident,
  { timeline, reach, cause, recovered }: IncidentStory,
): z.input<typeof incidentView> {
  const { findings } = incident;
  return {
    ...incidentSummaryOf(incident, recovered),
    environment: incident.environment,
    seq: incident.seq,
    roles: incident.roles,
    updates: incident.updates.toReversed().map(({ at, state, body, by, isPublic }) => ({
      at: instantOf(at),
      state,
      body,
      by,
      public: isPublic,
    })),
    timeline: timeline.map(({ at, weight, ...entry }) => ({ ...entry, at: instantOf(at), severity: weight })),
    reach: {
      since: instantOf(reach.since),
      until: instantOf(reach.until),
      calls: reach.calls,
      failed: reach.failed,
      users: reach.users === null ? null : { count: reach.users.count, at_least: reach.users.isAtLeast },
      cost_pico: reach.costPico?.toString() ?? null,
      endpoints: [...reach.endpoints],
    },
    likely_cause: cause?.line ?? null,
    likely_cause_at: timeOf(cause?.at ?? null),
    actions: incident.actions.map(({ doneAt, ...action }) => ({ ...action, done_at: timeOf(doneAt) })),
    findings: {
      trigger: findings.trigger,
      root_causes: [...findings.rootCauses],
      went_well: [...findings.wentWell],
      went_badly: [...findings.wentBadly],
      by_luck: [...findings.byLuck],
    },
    merged: [...incident.merged],
  };
}

/** A case as it is exported. */
export const testCaseViewOf = (one: TestCase): z.input<typeof testCase> => ({
  format: "rollward.test-case/1",
  id: one.id,
  name: one.name,
  origin: { incident: one.incident, action: one.action, call: one.facts.id },
  endpoint: one.facts.endpoint,
  release: one.facts.release,
  dialect: one.facts.dialect,
  request: one.request,
  seen: { status: one.facts.status, error: one.facts.errorCode, answer: one.answer },
  wanted: one.wanted,
});

const timeOf = (at: number | null): string | null => (at === null ? null : instantOf(at));
