import type { ColumnType } from "kysely";

/** Stored as JSON text; read back parsed. */
type Stored<T> = ColumnType<T, string, string>;

interface ChangeTable {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly environment: string | null;
  readonly endpoint: string | null;
  readonly subject: string | null;
  readonly change: Stored<unknown>;
}

interface IncidentTable {
  readonly id: string;
  readonly environment: string;
  readonly seq: number;
  readonly is_open: boolean;
  readonly opened_at: number;
  readonly resolved_at: number | null;
  readonly snapshot: Stored<unknown>;
}

interface IncidentEventTable {
  readonly incident_id: string;
  readonly seq: number;
  readonly event: Stored<unknown>;
}

interface IncidentAlertTable {
  readonly alert: string;
  readonly incident_id: string;
}

interface SentReportTable {
  readonly id: string;
  readonly sent_at: number;
}

/** Tables of what changed, of incidents and of reports. */
export interface IncidentTables {
  readonly change_log: ChangeTable;
  readonly incidents: IncidentTable;
  readonly incident_events: IncidentEventTable;
  readonly incident_alerts: IncidentAlertTable;
  readonly sent_reports: SentReportTable;
}
