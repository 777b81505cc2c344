import { sql } from "kysely";
import type { Kysely } from "kysely";
import { RollwardError } from "../../../domain/errors.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import type { Tables } from "./tables.ts";

/** Any number will do, as long as every version uses the same. */
const MIGRATION_LOCK = 7_065_544;

/**
 * Brings the schema up to date: forward only, all or nothing. Two servers may start together, the lock lets
 * one of them pass at a time. Throws `database_too_new` for a database that a newer program has written.
 */
export async function migrate(db: Kysely<Tables>, migrations = MIGRATIONS): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
    await sql`create table if not exists migrations (
      number integer primary key, name text not null, applied_at timestamptz not null default now()
    )`.execute(transaction);
    const applied = await transaction.selectFrom("migrations").select("number").execute();
    const known = migrations.at(-1)?.number ?? 0;
    const found = Math.max(0, ...applied.map(({ number }) => number));
    if (found > known) throw new RollwardError("database_too_new", { found, known });
    for (const { number, name, statements } of migrations.filter((each) => each.number > found)) {
      await sql.raw(statements).execute(transaction);
      await transaction.insertInto("migrations").values({ number, name }).execute();
    }
  });
}
