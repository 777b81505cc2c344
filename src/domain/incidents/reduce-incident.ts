import { beginningWith } from "./follow-alerts.ts";
import { actorName, MOST_ENTRIES } from "./incident.ts";
import type { Incident, IncidentEvent, IncidentFact, IncidentState } from "./incident.ts";

const NO_FINDINGS: Incident["findings"] = { trigger: null, rootCauses: [], wentWell: [], wentBadly: [], byLuck: [] };

/** An incident after one more event of its log. Throws Error on a log that does not begin with `Opened` or has gaps. */
export function reduceIncident(before: Incident | null, event: IncidentEvent): Incident {
  const { fact } = event;
  if (before === null) {
    if (fact.type !== "Opened" || event.seq !== 1) throw new Error(`An incident begins with ${fact.type}.`);
    return opened(event, fact);
  }
  if (event.seq !== before.seq + 1) throw new Error(`Event ${event.seq} follows ${before.seq}.`);
  const isAttended = before.isAttended || event.actor.kind === "key";
  return { ...before, ...changesOf(before, event), seq: event.seq, isAttended };
}

function opened(
  { incidentId, seq, at, actor }: IncidentEvent,
  fact: Extract<IncidentFact, { readonly type: "Opened" }>,
): Incident {
  const { environment, title, impact, endpoints, startedAt, alerts } = fact;
  return {
    id: incidentId,
    environment,
    seq,
    title,
    state: "investigating",
    impact,
    endpoints,
    startedAt,
    openedAt: at,
    openedBy: actor,
    since: at,
    resolvedAt: null,
    acknowledged: actor.kind === "key" ? { at, by: actor.name } : null,
    roles: { lead: null, communications: null, scribe: null },
    isRetitled: actor.kind === "key",
    isImpactSaid: actor.kind === "key",
    isPublic: false,
    isAttended: actor.kind === "key",
    alerts,
    updates: [],
    notes: [],
    actions: [],
    findings: NO_FINDINGS,
    mergedInto: null,
    merged: [],
  };
}

function changesOf(before: Incident, { at, actor, fact }: IncidentEvent): Partial<Incident> {
  switch (fact.type) {
    case "AlertJoined":
      return {
        alerts: bounded([...before.alerts, fact.alert]),
        startedAt: beginningWith(before, fact.alert),
        endpoints: withEndpoint(before.endpoints, fact.alert.endpoint),
      };
    case "AlertEnded":
      return {
        alerts: before.alerts.map((one) =>
          one.key === fact.key && one.endedAt === null ? { ...one, endedAt: fact.endedAt } : one,
        ),
      };
    case "Recovered":
      return { recovered: fact.recovery };
    case "Relapsed":
      return { recovered: null };
    case "Acknowledged":
      return { acknowledged: before.acknowledged ?? { at, by: actorName(actor) } };
    case "StateChanged":
      return stateChange(before, fact.state, at);
    case "Revised": {
      const { type: _, ...revised } = fact;
      const isByHand = actor.kind === "key";
      return {
        ...revised,
        ...(fact.title !== undefined && { isRetitled: true }),
        ...(isByHand && fact.impact !== undefined && { isImpactSaid: true }),
      };
    }
    case "RoleGiven":
      return { roles: { ...before.roles, [fact.role]: fact.who } };
    case "Updated":
      return {
        isPublic: before.isPublic || fact.isPublic,
        updates: bounded([
          ...before.updates,
          { at, state: before.state, body: fact.body, by: actorName(actor), isPublic: fact.isPublic },
        ]),
      };
    case "Noted":
      return { notes: bounded([...before.notes, { at: fact.at, text: fact.text, by: actorName(actor) }]) };
    default:
      return laterChangesOf(before, fact, at);
  }
}

type LaterFact = Exclude<
  IncidentFact,
  {
    readonly type:
      | "AlertJoined"
      | "AlertEnded"
      | "Recovered"
      | "Relapsed"
      | "Acknowledged"
      | "StateChanged"
      | "Revised"
      | "RoleGiven"
      | "Updated"
      | "Noted";
  }
>;

/** What is done when the worst is over. */
function laterChangesOf(before: Incident, fact: LaterFact, at: number): Partial<Incident> {
  switch (fact.type) {
    case "FindingsWritten":
      return { findings: { ...before.findings, ...fact.findings } };
    case "ActionAdded":
      return { actions: bounded([...before.actions, fact.action]) };
    case "ActionDone":
      return {
        actions: before.actions.map((one) =>
          one.id === fact.action && one.doneAt === null ? { ...one, doneAt: at } : one,
        ),
      };
    case "MergedInto":
      return { mergedInto: fact.into };
    case "TookOver":
      return {
        merged: [...before.merged, fact.incident],
        alerts: bounded([...before.alerts, ...fact.alerts]),
        notes: bounded([...before.notes, ...fact.notes]),
        endpoints: mergedEndpoints(before.endpoints, fact.endpoints),
        startedAt: Math.min(before.startedAt, fact.startedAt),
        // Whether both are over is looked for anew.
        recovered: null,
      };
    default:
      throw new Error("An incident is opened once.");
  }
}

function stateChange(before: Incident, state: IncidentState, at: number): Partial<Incident> {
  if (state === before.state) return {};
  return { state, since: at, resolvedAt: state === "resolved" ? at : null };
}

const bounded = <T>(entries: readonly T[]): readonly T[] => entries.slice(-MOST_ENTRIES);

/** None at all is the whole environment, which is more than any endpoint. */
function withEndpoint(endpoints: readonly string[], endpoint: string | null): readonly string[] {
  if (endpoints.length === 0 || endpoint === null || endpoints.includes(endpoint)) return endpoints;
  return [...endpoints, endpoint].toSorted();
}

const mergedEndpoints = (one: readonly string[], other: readonly string[]): readonly string[] =>
  one.length === 0 || other.length === 0 ? [] : [...new Set([...one, ...other])].toSorted();
