import type { PublicIncident, PublicStatus } from "../../domain/status/public-status.ts";
import { publicId } from "../../domain/status/public-status.ts";

const instantOf = (at: number): string => new Date(at).toISOString();
const orNull = (at: number | null): string | null => (at === null ? null : instantOf(at));

/** The four documents in the shape of Statuspage's API v2. */
export interface StatuspageDocuments {
  readonly summary: object;
  readonly status: object;
  readonly components: object;
  readonly incidents: object;
}

/** What Statuspage's clients read, from the public state. */
export function statuspageDocuments(status: PublicStatus): StatuspageDocuments {
  const page = {
    id: publicId(status.title),
    name: status.title,
    url: status.url ?? "",
    time_zone: "Etc/UTC",
    updated_at: instantOf(status.at),
  };
  const components = status.components.map((component, index) => componentOf(status, component, index));
  const maintenances = status.maintenances.map((one) => maintenanceOf(status, one));
  const open = status.open.map((incident) => incidentOf(status, incident));
  const past = status.past.map((incident) => incidentOf(status, incident));
  return {
    status: { page, status: status.status },
    components: { page, components },
    incidents: { page, incidents: [...open, ...past] },
    summary: {
      page,
      status: status.status,
      components,
      incidents: open,
      scheduled_maintenances: maintenances.filter(({ status: state }) => state !== "completed"),
    },
  };
}

type Component = PublicStatus["components"][number];

function componentOf({ at, title }: PublicStatus, { key, name, description, status }: Component, index: number) {
  return {
    id: publicId(`component ${key}`),
    name,
    status,
    created_at: null,
    updated_at: instantOf(at),
    position: index + 1,
    description,
    showcase: false,
    start_date: null,
    group_id: null,
    page_id: publicId(title),
    group: false,
    only_show_if_degraded: false,
  };
}

function incidentOf(page: PublicStatus, incident: PublicIncident) {
  const { id, name, status, impact, startedAt, updatedAt, monitoringAt, resolvedAt, updates } = incident;
  return {
    id,
    name,
    status,
    created_at: instantOf(startedAt),
    updated_at: instantOf(updatedAt),
    monitoring_at: orNull(monitoringAt),
    resolved_at: orNull(resolvedAt),
    impact,
    shortlink: page.url,
    started_at: instantOf(startedAt),
    page_id: publicId(page.title),
    incident_updates: updates.map((update) => ({
      id: update.id,
      status: update.status,
      body: update.body,
      incident_id: id,
      created_at: instantOf(update.at),
      updated_at: instantOf(update.at),
      display_at: instantOf(update.at),
      affected_components: null,
    })),
    components: componentsIn(page, incident.components),
    reminder_intervals: null,
  };
}

function maintenanceOf(page: PublicStatus, maintenance: PublicStatus["maintenances"][number]) {
  const { key, name, description, from, until, components, impact, status } = maintenance;
  const id = publicId(`maintenance ${key} ${from}`);
  const at = instantOf(page.at);
  return {
    id,
    name,
    status,
    created_at: instantOf(Math.min(page.at, from)),
    updated_at: at,
    monitoring_at: null,
    resolved_at: status === "completed" ? instantOf(until) : null,
    impact,
    shortlink: page.url,
    started_at: instantOf(from),
    page_id: publicId(page.title),
    incident_updates: [
      {
        id: publicId(`${id} update`),
        status,
        body: description,
        incident_id: id,
        created_at: at,
        updated_at: at,
        display_at: at,
        affected_components: null,
      },
    ],
    components: componentsIn(page, components),
    scheduled_for: instantOf(from),
    scheduled_until: instantOf(until),
  };
}

const componentsIn = (page: PublicStatus, keys: readonly string[]) =>
  page.components.flatMap((component, index) =>
    keys.includes(component.key) ? [componentOf(page, component, index)] : [],
  );
