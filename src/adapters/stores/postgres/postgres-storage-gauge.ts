import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { StorageClass, StorageGauge, StorageShare } from "../../../ports/storage-gauge.ts";
import type { Tables } from "./tables.ts";

/** Beginnings of the names of tables and of their partitions. What is not here is `other`. */
const BEGINNINGS: readonly (readonly [string, StorageClass])[] = [
  ["fact_packs", "facts"],
  ["call_marks", "facts"],
  ["calls", "facts"],
  ["body_packs", "bodies"],
  ["call_index", "search"],
  ["call_segment", "search"],
  ["call_texts", "search"],
  ["evidence_journal", "evidence"],
  ["shadow_pairs", "evidence"],
  ["feedback", "evidence"],
  ["backtest", "evidence"],
  ["series_", "series"],
  ["spend_hours", "series"],
  ["trace_spans", "traces"],
  ["kept", "answers"],
  ["meaning", "answers"],
  ["responses", "answers"],
];

/** The class of a table or of one of its partitions. */
export const storageClassOf = (table: string): StorageClass =>
  BEGINNINGS.find(([beginning]) => table.startsWith(beginning))?.[1] ?? "other";

interface TableSize {
  readonly table: string;
  readonly bytes: string;
  /** `null` for a table that nobody has analysed. */
  readonly rows: string | null;
}

/** Sizes of the tables of the database, as it knows them. */
export function createPostgresStorageGauge(db: Kysely<Tables>): StorageGauge {
  return {
    async measure() {
      const { rows } = await sql<TableSize>`
        select c.relname as "table", pg_total_relation_size(c.oid) as bytes, case when c.reltuples < 0 then null else c.reltuples::bigint end as rows
        from pg_class c
        where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
      `.execute(db);
      return sharesOf(rows);
    },
  };
}

function sharesOf(tables: readonly TableSize[]): readonly StorageShare[] {
  const shares = new Map<StorageClass, { bytes: number; rows: number | null }>();
  for (const { table, bytes, rows } of tables) {
    const storageClass = storageClassOf(table);
    const share = shares.get(storageClass) ?? { bytes: 0, rows: null };
    share.bytes += Number(bytes);
    if (rows !== null) share.rows = (share.rows ?? 0) + Number(rows);
    shares.set(storageClass, share);
  }
  return [...shares]
    .map(([storageClass, share]) => ({ storageClass, ...share }))
    .toSorted((one, other) => other.bytes - one.bytes);
}
