import type { z } from "zod";
import type { updateIncident } from "../../contract/incidents.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Incident, IncidentFact, IncidentRole } from "../../domain/incidents/incident.ts";

type Update = z.output<typeof updateIncident.body>;

/** What an update says that is not so already. Throws `invalid_request` for a public one without words. */
export function updatesOf(incident: Incident, update: Update): readonly IncidentFact[] {
  const { state, message, public: isPublic, roles } = update;
  if (isPublic && message === undefined) {
    throw new RollwardError("invalid_request", {
      reason: "`public` tells the public a `message`; there is none.",
      param: "message",
    });
  }
  const facts: IncidentFact[] = [];
  const revised = revisionOf(incident, update);
  if (revised !== null) facts.push(revised);
  for (const [role, who] of Object.entries(roles ?? {}) as [IncidentRole, string | null | undefined][]) {
    if (who !== undefined && incident.roles[role] !== who) facts.push({ type: "RoleGiven", role, who });
  }
  if (state !== undefined && state !== incident.state) facts.push({ type: "StateChanged", state });
  if (message !== undefined) facts.push({ type: "Updated", body: message, isPublic });
  return facts;
}

function revisionOf(
  incident: Incident,
  { title, impact, endpoints, started_at: started }: Update,
): IncidentFact | null {
  const startedAt = started === undefined ? undefined : Date.parse(started);
  const revised = {
    ...(title !== undefined && title !== incident.title && { title }),
    ...(impact !== undefined && impact !== incident.impact && { impact }),
    ...(endpoints !== undefined &&
      endpoints.join() !== incident.endpoints.join() && { endpoints: endpoints.toSorted() }),
    ...(startedAt !== undefined && startedAt !== incident.startedAt && { startedAt }),
  };
  return Object.keys(revised).length === 0 ? null : { type: "Revised", ...revised };
}
