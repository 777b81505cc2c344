import { isOpenIncident } from "../../../domain/incidents/incident.ts";
import type { Incident, IncidentEvent } from "../../../domain/incidents/incident.ts";
import type { IncidentStore } from "../../../ports/incident-store.ts";

/** Incidents in memory. */
export function createMemoryIncidentStore(): IncidentStore {
  const incidents = new Map<string, Incident>();
  const logs = new Map<string, IncidentEvent[]>();
  const alertsOf = new Map<string, string>();
  return {
    async append({ events, incident, alerts }) {
      const first = events[0]?.seq ?? incident.seq;
      if ((incidents.get(incident.id)?.seq ?? 0) !== first - 1) return "conflict";
      if (alerts.some((key) => alertsOf.has(key)) || new Set(alerts).size < alerts.length) return "taken";
      incidents.set(incident.id, incident);
      logs.set(incident.id, [...(logs.get(incident.id) ?? []), ...events]);
      for (const key of alerts) alertsOf.set(key, incident.id);
      return "appended";
    },
    byId: async (id) => incidents.get(id) ?? null,
    list: async ({ environment, open, endpoint, since, before, limit }) =>
      [...incidents.values()]
        .filter((one) => environment === undefined || one.environment === environment)
        .filter((one) => open !== true || isOpenIncident(one))
        .filter((one) => before === undefined || one.id < before)
        .filter((one) => since === undefined || one.resolvedAt === null || one.resolvedAt >= since)
        .filter(({ endpoints }) => endpoint === undefined || endpoints.length === 0 || endpoints.includes(endpoint))
        .toSorted((one, other) => (one.id < other.id ? 1 : -1))
        .slice(0, limit),
    events: async (id) => logs.get(id) ?? [],
    ofAlerts: async (keys) =>
      new Map(
        keys.flatMap((key) => {
          const id = alertsOf.get(key);
          return id === undefined ? [] : [[key, id] as const];
        }),
      ),
    async expire(before) {
      for (const { id, resolvedAt } of incidents.values()) {
        if (resolvedAt === null || resolvedAt >= before) continue;
        incidents.delete(id);
        logs.delete(id);
        for (const [key, owner] of alertsOf) if (owner === id) alertsOf.delete(key);
      }
    },
  };
}
