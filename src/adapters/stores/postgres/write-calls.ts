import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import pg from "pg";
import { DayPartitions } from "./day-partitions.ts";
import type { StoredCall } from "./encoded-call.ts";
import { packBodies } from "./pack-bodies.ts";
import type { Pack } from "./pack-bodies.ts";
import { packFacts } from "./pack-facts.ts";
import type { FactPack } from "./pack-facts.ts";
import type { Tables } from "./tables.ts";

/** "no partition of relation found for row" */
const NO_PARTITION = "23514";

/** Writes calls into one database; a call whose id is already there is left as it is. */
export type WriteCalls = (calls: readonly StoredCall[]) => Promise<void>;

/** Packs facts and bytes of a batch and inserts them in one transaction. */
export function writeCallsTo(db: Kysely<Tables>): WriteCalls {
  const partitions = new DayPartitions(db);
  return async (calls) => {
    const bodies = await packBodies(calls);
    const facts = await packFacts(calls, bodies.refs);
    if (facts.length === 0) return;
    const days = { calls: daysIn(facts), bodies: daysIn(bodies.packs) };
    const statement = insert(facts, bodies.packs);
    await partitions.ensure(days);
    try {
      await statement.execute(db);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== NO_PARTITION) throw error;
      partitions.forget();
      await partitions.ensure(days);
      await statement.execute(db);
    }
  };
}

const daysIn = (packs: readonly Pack[]): ReadonlySet<number> => new Set(packs.map(({ day }) => day));

/** One statement, hence one round trip and one transaction. A pack that is there already has its marks already. */
function insert(facts: readonly FactPack[], bodies: readonly Pack[]): RawBuilder<unknown> {
  const marked = facts.map(({ id, marks }) => sql`(${id}::uuid, ${listOf(marks)}::bigint[])`);
  const others = bodies.length === 0 ? sql`` : sql`, bodies as (${insertBodies(bodies)})`;
  return sql`
    with facts as (${insertFacts(facts)}) ${others}
    insert into call_marks (day, mark, last_ms, pack)
    select facts.day, mark, facts.last_ms, facts.id
    from (values ${sql.join(marked)}) as given (id, marks) join facts on facts.id = given.id, unnest(given.marks) as mark`;
}

function insertFacts(packs: readonly FactPack[]): RawBuilder<unknown> {
  const rows = packs.map(
    (pack) =>
      sql`(${columnsOf(pack)}, ${pack.firstMs}::bigint, ${pack.lastMs}::bigint, ${listOf(pack.tags)}::integer[])`,
  );
  return sql`
    insert into fact_packs (day, id, raw_bytes, data, first_ms, last_ms, tags) values ${sql.join(rows)}
    on conflict do nothing returning day, id, last_ms`;
}

const insertBodies = (packs: readonly Pack[]): RawBuilder<unknown> => sql`
  insert into body_packs (day, id, raw_bytes, data) values ${sql.join(packs.map((pack) => sql`(${columnsOf(pack)})`))}
  on conflict do nothing`;

const columnsOf = ({ day, id, rawBytes, data }: Pack): RawBuilder<unknown> =>
  sql`${day}::integer, ${id}::uuid, ${rawBytes}::integer, ${data}::bytea`;

/** An array as PostgreSQL reads it: numbers need none of the quotes that the client would put round each. */
const listOf = (numbers: Iterable<number | string>): string => `{${[...numbers].join(",")}}`;
