import type { ColumnType, Generated } from "kysely";

/** Stored as JSON text; read back parsed. */
type Stored = ColumnType<unknown, string, string>;

interface AlertTable {
  readonly fingerprint: string;
  readonly environment: string;
  readonly status: string;
  readonly since: number;
  readonly episode: number;
  readonly version: number;
  readonly acknowledged: ColumnType<unknown, string | null, string | null>;
  readonly alert: Stored;
}

interface AlertTransitionTable {
  readonly seq: Generated<number>;
  readonly fingerprint: string;
  readonly version: number;
  readonly environment: string;
  readonly at: number;
  readonly step: Stored;
}

interface AlertSilenceTable {
  readonly id: string;
  readonly position: Generated<number>;
  readonly environment: string;
  readonly ends_at: number;
  readonly ended_at: number | null;
  readonly silence: Stored;
}

interface AlertDeskTable {
  readonly environment: string;
  readonly version: number;
  readonly desk: Stored;
}

interface AlertDeliveryTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly environment: string;
  readonly notifier: string;
  readonly lane: string;
  readonly telling: Stored;
  readonly tries: number;
  readonly created_at: number;
  readonly due_at: number;
  readonly sent_at: number | null;
  readonly given_up_at: number | null;
  readonly trouble: string | null;
  readonly claimed_until: Generated<number>;
}

interface SightingTable {
  readonly environment: string;
  readonly replica_id: string;
  readonly at: number;
  readonly sights: Stored;
}

/** The tables of alerts. */
export interface AlertTables {
  readonly alerts: AlertTable;
  readonly alert_transitions: AlertTransitionTable;
  readonly alert_silences: AlertSilenceTable;
  readonly alert_desks: AlertDeskTable;
  readonly alert_deliveries: AlertDeliveryTable;
  readonly sightings: SightingTable;
}
