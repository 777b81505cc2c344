import { DEFAULT_INCIDENT_POLICY } from "../../domain/incidents/follow-alerts.ts";
import type { IncidentPolicy } from "../../domain/incidents/follow-alerts.ts";
import type { ReportSettings } from "../../domain/reports/report-settings.ts";
import type { StatusPageSettings } from "../../domain/status/status-page.ts";
import { HISTORY_DAYS, REPORT_HOUR } from "../schema/seeing-schema.ts";
import type { IncidentsInput, ReportInput, StatusPageInput } from "../schema/seeing-schema.ts";

/** When alerts open incidents. */
export const buildIncidents = ({
  open_on: openOn,
  resolve_after: resolveAfterMs,
}: IncidentsInput = {}): IncidentPolicy => ({
  openOn: openOn === "never" ? null : (openOn ?? DEFAULT_INCIDENT_POLICY.openOn),
  resolveAfterMs: resolveAfterMs ?? DEFAULT_INCIDENT_POLICY.resolveAfterMs,
});

/** What the public is shown; `null` where nothing is. */
export function buildStatusPage(input: StatusPageInput | undefined): StatusPageSettings | null {
  if (input === undefined) return null;
  const keys = Object.keys(input.components);
  return {
    title: input.title,
    url: input.url ?? null,
    historyDays: input.history ?? HISTORY_DAYS,
    components: Object.entries(input.components).map(([key, { name, description = null, endpoints }]) => ({
      key,
      name,
      description,
      endpoints,
    })),
    maintenances: Object.entries(input.maintenance ?? {}).map(([key, one]) => ({
      key,
      name: one.name,
      description: one.description ?? "",
      from: one.from,
      until: one.until,
      components: one.components ?? keys,
      impact: one.impact ?? "minor",
    })),
  };
}

/** Who gets reports. */
export const buildReports = (reports: Readonly<Record<string, ReportInput>> = {}): readonly ReportSettings[] =>
  Object.entries(reports).map(([name, { every, hour = REPORT_HOUR, to }]) => ({ name, every, hour, to }));
