import { lineOf, WEIGHTS } from "../changes/change.ts";
import type { Change, Weight } from "../changes/change.ts";
import { actorName } from "./incident.ts";
import type { Incident, IncidentAlert, IncidentCure, IncidentEvent } from "./incident.ts";

/** One line of an incident's timeline. */
export interface TimelineEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly source: "incident" | "alert" | "rollout" | "change" | "provider" | "note" | "update";
  readonly weight: Weight;
  /** `null` is the machine. */
  readonly by: string | null;
  readonly line: string;
  readonly ref: { readonly type: string; readonly id: string } | null;
}

/** How long before the trouble changes are told, ms. */
export const TIMELINE_BEFORE_MS = 30 * 60_000;

/** How many of those before it are told: the newest. */
const MOST_BEFORE = 5;
/** Lines of a timeline; of more the lightest are left out. */
const MOST = 400;

/** What happened, oldest first: made from the records of the time, with the last changes before it, and what people noted. */
export function timelineOf(
  incident: Incident,
  events: readonly IncidentEvent[],
  changes: readonly Change[],
): readonly TimelineEntry[] {
  const lines = [
    ...events.flatMap(ofEvent),
    ...incident.alerts.flatMap(ofAlert),
    ...toldChanges(incident, changes).map(ofChange),
  ];
  return lightened(lines).toSorted((one, other) => one.at - other.at);
}

function toldChanges(incident: Incident, changes: readonly Change[]): readonly Change[] {
  const own = changes.filter((change) => isAbout(incident, change));
  const before = own
    // That a key was made belongs to no trouble.
    .filter(({ at, kind }) => at < incident.startedAt && kind !== "key")
    .toSorted((one, other) => other.at - one.at)
    .slice(0, MOST_BEFORE)
    // However bad it was, it belongs to what was before.
    .map((change): Change => ({ ...change, weight: change.weight === "ok" ? "ok" : "info" }));
  return [...before, ...own.filter(({ at }) => at >= incident.startedAt)];
}

/** The incident's own log and its alerts tell themselves; other endpoints have their own stories. */
function isAbout({ endpoints }: Incident, { kind, endpoint }: Change): boolean {
  if (kind === "alert" || kind === "incident") return false;
  return endpoint === null || endpoints.length === 0 || endpoints.includes(endpoint);
}

function ofChange({ id, at, kind, weight, by, line, rollout }: Change): TimelineEntry {
  const source = kind === "rollout" || kind === "provider" ? kind : "change";
  return {
    at,
    source,
    weight,
    by,
    line,
    ref: rollout === undefined ? { type: kind, id } : { type: "rollout", id: rollout },
  };
}

function ofAlert({ rule, summary, firedAt, endedAt, severity, fingerprint }: IncidentAlert): readonly TimelineEntry[] {
  const ref = { type: "alert", id: fingerprint };
  const entry = (at: number, weight: Weight, line: string): TimelineEntry => ({
    at,
    source: "alert",
    weight,
    by: null,
    line: lineOf(line),
    ref,
  });
  return [
    entry(firedAt, severity, `Alert ${rule}: ${summary}`),
    ...(endedAt === null ? [] : [entry(endedAt, "ok", `Alert ${rule} is over.`)]),
  ];
}

function ofEvent(event: IncidentEvent): readonly TimelineEntry[] {
  const told = tell(event);
  if (told === null) return [];
  const { at, actor, incidentId } = event;
  const by = actor.kind === "key" ? actor.name : null;
  return [
    {
      at,
      source: "incident",
      weight: "info",
      by,
      ref: { type: "incident", id: incidentId },
      ...told,
      line: lineOf(told.line),
    },
  ];
}

/** What an event of the log says; `null` where its alert says it. */
function tell({ fact, actor, at }: IncidentEvent): (Pick<TimelineEntry, "line"> & Partial<TimelineEntry>) | null {
  switch (fact.type) {
    case "Opened":
      return { line: `Incident opened by ${actorName(actor)}: ${fact.title}`, weight: "warning" };
    case "Recovered":
      return { line: recoveryLine(fact.recovery.cure), weight: "ok", at: fact.recovery.at };
    case "Relapsed":
      return { line: "Calls fail again.", weight: "warning" };
    case "Acknowledged":
      return { line: `${actorName(actor)} has taken it on.` };
    case "StateChanged":
      return { line: `State: ${fact.state}.`, weight: fact.state === "resolved" ? "ok" : "info" };
    case "Revised":
      return { line: revision(fact) };
    case "RoleGiven":
      return { line: fact.who === null ? `Nobody is ${fact.role} any more.` : `${fact.who} is ${fact.role}.` };
    case "Updated":
      return { line: `${fact.isPublic ? "Told the public" : "Update"}: ${fact.body}`, source: "update" };
    case "Noted":
      return { line: fact.text, source: "note", at: Math.min(fact.at, at) };
    case "TookOver":
      return { line: `Took over the incident ${fact.incident}.` };
    case "MergedInto":
      return { line: `Merged into ${fact.into}.` };
    default:
      return null;
  }
}

/** Its change has a line of its own, with who and when. */
const recoveryLine = (cure: IncidentCure | null): string =>
  cure === null
    ? "The last of the calls that failed; from here on they are well."
    : `The last of the calls that failed; from here on they are well. Probably mended by: ${cure.line}`;

function revision({
  title,
  impact,
  endpoints,
  startedAt,
}: Extract<IncidentEvent["fact"], { readonly type: "Revised" }>): string {
  const said = [
    ...(title === undefined ? [] : [`title: ${title}`]),
    ...(impact === undefined ? [] : [`impact: ${impact}`]),
    ...(endpoints === undefined ? [] : [`endpoints: ${endpoints.join(", ") || "all"}`]),
    ...(startedAt === undefined ? [] : [`began at ${new Date(startedAt).toISOString()}`]),
  ];
  return `Revised: ${said.join("; ")}.`;
}

function lightened(lines: readonly TimelineEntry[]): readonly TimelineEntry[] {
  if (lines.length <= MOST) return lines;
  return lines
    .toSorted((one, other) => WEIGHTS.indexOf(one.weight) - WEIGHTS.indexOf(other.weight) || one.at - other.at)
    .slice(0, MOST);
}
