import { lineOf } from "../changes/change.ts";
import type { Change, Weight } from "../changes/change.ts";
import type { Impact, Incident } from "./incident.ts";

const WEIGHT_OF: Readonly<Record<Impact, Weight>> = {
  critical: "critical",
  major: "critical",
  minor: "warning",
  none: "info",
};

/** That an incident was opened, acknowledged and resolved. */
export function changesOfIncident(incident: Incident): readonly Change[] {
  const { id, environment, endpoints, title, openedAt, openedBy, resolvedAt, acknowledged, impact } = incident;
  const change = (what: string, at: number, line: string): Change => ({
    id: `${id}:${what}`,
    at,
    kind: "incident",
    weight: what === "opened" ? WEIGHT_OF[impact] : "ok",
    environment,
    endpoint: endpoints.length === 1 ? (endpoints[0] ?? null) : null,
    by: null,
    line: lineOf(line),
    incident: id,
  });
  const opener = openedBy.kind === "key" ? openedBy.name : null;
  return [
    { ...change("opened", openedAt, `Incident opened: ${title}`), by: opener },
    ...(acknowledged === null || acknowledged.at === openedAt
      ? []
      : [{ ...change("acknowledged", acknowledged.at, `Incident acknowledged: ${title}`), by: acknowledged.by }]),
    ...(resolvedAt === null ? [] : [change("resolved", resolvedAt, `Incident resolved: ${title}`)]),
  ];
}
