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
  /** Of its rows alone. */
  readonly heap: string;
  /** As it was analysed last, or counted; `null` for a large one that nobody has analysed. */
  readonly rows: string | null;
}

/** Sizes of the tables of the database, with their rows as it estimates them; small ones that it never looked at are counted. */
export function createPostgresStorageGauge(db: Kysely<Tables>): StorageGauge {
  return {
    async measure() {
      const { rows } = await sql<TableSize>`
        select c.relname as "table", pg_total_relation_size(c.oid) as bytes, pg_relation_size(c.oid) as heap,
          case when c.reltuples < 0 then null else c.reltuples::bigint end as rows
        from pg_class c
        where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
      `.execute(db);
      return sharesOf(await counted(db, rows));
    },
  };
}

/** Counting this much takes the embedded database some hundredths of a second, in which it does nothing else. */
const MOST_COUNTED_BYTES = 32 * 1024 * 1024;

/** The same with the rows counted of what nobody has analysed: the smallest tables first, up to a bound of what is read. */
async function counted(db: Kysely<Tables>, tables: readonly TableSize[]): Promise<readonly TableSize[]> {
  const unknown = tables.filter(({ rows }) => rows === null);
  const small: string[] = [];
  let bytes = 0;
  for (const { table, heap } of unknown.toSorted((one, other) => Number(one.heap) - Number(other.heap))) {
    bytes += Number(heap);
    if (bytes > MOST_COUNTED_BYTES) break;
    small.push(table);
  }
  if (small.length === 0) return tables;
  const counts = small.map(
    (table) => sql`select ${table}::text as "table", count(*)::text as rows from ${sql.table(table)}`,
  );
  try {
    const { rows } = await sql<Pick<TableSize, "table" | "rows">>`${sql.join(counts, sql` union all `)}`.execute(db);
    const known = new Map(rows.map((one) => [one.table, one.rows]));
    return tables.map((table) => ({ ...table, rows: table.rows ?? known.get(table.table) ?? null }));
  } catch {
    // A day's partition has gone meanwhile: sizes are told all the same.
    return tables;
  }
}

function sharesOf(tables: readonly TableSize[]): readonly StorageShare[] {
  const shares = new Map<StorageClass, { bytes: number; rows: number | null }>();
  for (const { table, bytes, rows } of tables) {
    const storageClass = storageClassOf(table);
    const share = shares.get(storageClass) ?? { bytes: 0, rows: 0 };
    share.bytes += Number(bytes);
    // Of a sum that lacks its largest part nothing is said.
    share.rows = rows === null || share.rows === null ? null : share.rows + Number(rows);
    shares.set(storageClass, share);
  }
  return [...shares]
    .map(([storageClass, share]) => ({ storageClass, ...share }))
    .toSorted((one, other) => other.bytes - one.bytes);
}
