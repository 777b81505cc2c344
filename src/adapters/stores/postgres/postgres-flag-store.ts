import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { FlagKill } from "../../../domain/flags/flag-kill.ts";
import type { FlagCount } from "../../../domain/flags/flag-tally.ts";
import type { FlagName, FlagRecord, FlagStore } from "../../../ports/flag-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Rows in one statement; they travel in one parameter. */
const PAGE = 5_000;

/** What is known of flags, in PostgreSQL. */
export function createPostgresFlagStore(db: Kysely<Tables>): FlagStore {
  return {
    async kill(kill) {
      const made = await db
        .insertInto("flag_kills")
        .values(rowOf(kill))
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      const kept = made ?? (await inForceOn(db, kill).executeTakeFirst());
      // The one that was in the way has been restored in between.
      return kept === undefined ? this.kill(kill) : killOf(kept);
    },
    async restore(name, { at, by, reason }) {
      const row = await db
        .updateTable("flag_kills")
        .set({ restored_at: at, restored_by: plainText(by), restored_reason: plainText(reason) })
        .where("environment", "=", plainText(name.environment))
        .where("flag", "=", plainText(name.flag))
        .where("restored_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : killOf(row);
    },
    async kills({ inForce, limit, environment, flag }) {
      let query = db.selectFrom("flag_kills").selectAll().orderBy("position", "desc").limit(limit);
      if (inForce) query = query.where("restored_at", "is", null);
      if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
      if (flag !== undefined) {
        query = query.where("environment", "=", plainText(flag.environment)).where("flag", "=", plainText(flag.flag));
      }
      return (await query.execute()).map(killOf);
    },
    define: (environment, digests, at) => define(db, { environment, digests, at }),
    async add(environment, counts) {
      for (let start = 0; start < counts.length; start += PAGE) {
        await addPage(db, environment, counts.slice(start, start + PAGE));
      }
    },
    records: (environment) => records(db, environment),
  };
}

const inForceOn = (db: Kysely<Tables>, { environment, flag }: FlagName) =>
  db
    .selectFrom("flag_kills")
    .selectAll()
    .where("environment", "=", plainText(environment))
    .where("flag", "=", plainText(flag))
    .where("restored_at", "is", null);

interface Definitions {
  readonly environment: string;
  readonly digests: ReadonlyMap<string, string>;
  readonly at: number;
}

async function define(db: Kysely<Tables>, { environment, digests, at }: Definitions): Promise<void> {
  const documents = JSON.stringify([...digests].map(([flag, digest]) => ({ flag, digest })));
  await db.transaction().execute(async (transaction) => {
    await sql`
      insert into flag_definitions (environment, flag, digest, since)
      select ${environment}, flag, digest, ${at} from json_to_recordset(${documents}::json) as x(flag text, digest text)
        order by flag
      on conflict (environment, flag) do update set digest = excluded.digest, since = excluded.since
        where flag_definitions.digest <> excluded.digest`.execute(transaction);
    for (const table of ["flag_definitions", "flag_counts"]) {
      await sql`
        delete from ${sql.table(table)} where environment = ${environment} and flag not in
          (select flag from json_to_recordset(${documents}::json) as x(flag text))`.execute(transaction);
    }
  });
}

async function addPage(db: Kysely<Tables>, environment: string, counts: readonly FlagCount[]): Promise<void> {
  const documents = JSON.stringify(
    counts.map(({ flag, variant, evaluations, firstAt, lastAt }) => ({
      flag,
      variant,
      evaluations,
      first_at: firstAt,
      last_at: lastAt,
    })),
  );
  // In one order for all replicas: two statements that add to the same rows must not wait for each other. What is no
  // longer defined is no longer counted.
  await sql`
    insert into flag_counts (environment, flag, variant, evaluations, first_at, last_at)
    select ${environment}, x.flag, x.variant, x.evaluations, x.first_at, x.last_at
      from json_to_recordset(${documents}::json)
        as x(flag text, variant text, evaluations bigint, first_at bigint, last_at bigint)
      where exists (select from flag_definitions d where d.environment = ${environment} and d.flag = x.flag)
      order by x.flag, x.variant
    on conflict (environment, flag, variant) do update set
      evaluations = flag_counts.evaluations + excluded.evaluations,
      first_at = least(flag_counts.first_at, excluded.first_at),
      last_at = greatest(flag_counts.last_at, excluded.last_at)`.execute(db);
}

async function records(db: Kysely<Tables>, environment: string): Promise<readonly FlagRecord[]> {
  const defined = await db
    .selectFrom("flag_definitions")
    .select(["flag", "since"])
    .where("environment", "=", environment)
    .orderBy("flag")
    .execute();
  const counted = await db
    .selectFrom("flag_counts")
    .select(["flag", "variant", "evaluations", "first_at", "last_at"])
    .where("environment", "=", environment)
    .orderBy("flag")
    .orderBy("variant")
    .execute();
  const byFlag = Map.groupBy(counted, ({ flag }) => flag);
  return defined.map(({ flag, since }) => ({
    flag,
    since,
    counts: (byFlag.get(flag) ?? []).map((row) => ({
      variant: row.variant,
      evaluations: row.evaluations,
      firstAt: row.first_at,
      lastAt: row.last_at,
    })),
  }));
}

const rowOf = ({ id, environment, flag, reason, by, at, restored }: FlagKill) => ({
  id,
  environment: plainText(environment),
  flag: plainText(flag),
  reason: plainText(reason),
  killed_by: plainText(by),
  killed_at: at,
  restored_at: restored?.at ?? null,
  restored_by: restored === null ? null : plainText(restored.by),
  restored_reason: restored === null ? null : plainText(restored.reason),
});

const killOf = (row: Selectable<Tables["flag_kills"]>): FlagKill => ({
  id: row.id,
  environment: row.environment,
  flag: row.flag,
  reason: row.reason,
  by: row.killed_by,
  at: row.killed_at,
  restored:
    row.restored_at === null
      ? null
      : { at: row.restored_at, by: row.restored_by ?? "", reason: row.restored_reason ?? "" },
});
