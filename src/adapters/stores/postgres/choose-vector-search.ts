import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { VectorSearch } from "./postgres-meaning-store.ts";
import type { Tables } from "./tables.ts";

/**
 * Whether the database compares vectors itself: where its extension is there, or is installed on the machine and we may
 * create it. What stands in the way of that is no trouble: the search is then done here. Questions that were remembered before the
 * extension was there are not found by it; they go with their answers.
 */
export async function chooseVectorSearch(db: Kysely<Tables>): Promise<VectorSearch> {
  if (!(await hasVectors(db))) {
    const { rows } = await sql`select 1 from pg_available_extensions where name = 'vector'`.execute(db);
    if (rows.length > 0) await isDone(db, "create extension if not exists vector");
    // Two servers that start together: one of them creates it.
    if (!(await hasVectors(db))) return "scan";
  }
  // Not asked for in vain: the statement waits for all who read the table, a backup too, and everybody waits behind it.
  if (await hasColumn(db)) return "pgvector";
  const isReady = await isDone(db, "alter table meanings add column if not exists embedding vector");
  return isReady ? "pgvector" : "scan";
}

async function hasVectors(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`select to_regtype('vector') is not null as there`.execute(db);
  return rows[0]?.there === true;
}

async function hasColumn(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pg_attribute
    where attrelid = to_regclass('meanings') and attname = 'embedding' and not attisdropped`.execute(db);
  return rows.length > 0;
}

async function isDone(db: Kysely<Tables>, statement: string): Promise<boolean> {
  try {
    await sql.raw(statement).execute(db);
    return true;
  } catch {
    return false;
  }
}
