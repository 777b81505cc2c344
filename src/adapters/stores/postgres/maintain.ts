import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

const LOOK_MS = 15_000;
/** Write-ahead log after which a checkpoint is due: recovery after a kill then takes well under a second. */
const CHECKPOINT_BYTES = 48 * 1024 * 1024;
const VACUUM_MS = 10 * 60_000;
/** Tables whose rows are rewritten or deleted one by one; all others only grow, or go by the day. */
export const REWRITTEN = [
  "rollouts",
  "channels",
  "keys",
  "call_index_queue",
  "call_segments",
  "call_segment_parts",
  "call_texts",
  "series_cells",
  "series_batches",
  "series_days",
  "alerts",
  "alert_desks",
  "alert_deliveries",
  "sightings",
  "trace_spans",
  "console_sessions",
] as const;

/**
 * Does what background processes do on a server and nobody does in the embedded database: without checkpoints
 * its log grows for ever and recovery takes longer and longer; without vacuum rewritten rows are never freed.
 * Returns what stops it. A failure is tried again at the next look.
 */
export function maintain(db: Kysely<Tables>): () => void {
  let isBusy = false;
  let vacuumedAt = performance.now();
  const look = async (): Promise<void> => {
    await checkpointBeyond(db, CHECKPOINT_BYTES);
    if (performance.now() - vacuumedAt < VACUUM_MS) return;
    vacuumedAt = performance.now();
    await vacuum(db);
  };
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void look()
      .catch(() => {})
      .finally(() => (isBusy = false));
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Writes a checkpoint when recovery would have to read more than `bytes` of the log; says whether it did. */
export async function checkpointBeyond(db: Kysely<Tables>, bytes: number): Promise<boolean> {
  if ((await logBytes(db)) <= bytes) return false;
  await sql`checkpoint`.execute(db);
  return true;
}

/** Frees rewritten rows and refreshes what the planner knows of their tables. */
export async function vacuum(db: Kysely<Tables>): Promise<void> {
  for (const table of REWRITTEN) await sql`vacuum (analyze) ${sql.table(table)}`.execute(db);
}

/** Bytes that recovery would have to read. */
export async function logBytes(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) as bytes from pg_control_checkpoint()
  `.execute(db);
  return Number(rows[0]?.bytes ?? 0);
}
