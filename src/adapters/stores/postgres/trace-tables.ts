import type { ColumnType } from "kysely";

interface TraceSpanTable {
  readonly environment: string;
  /** Read back with dashes. */
  readonly trace_id: string;
  readonly span_id: string;
  readonly start_us: number;
  readonly received_at: number;
  /** Stored as JSON text; read back parsed. */
  readonly span: ColumnType<unknown, string, string>;
}

/** Tables of traces. */
export interface TraceTables {
  readonly trace_spans: TraceSpanTable;
}
