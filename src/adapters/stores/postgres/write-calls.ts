import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import pg from "pg";
import { DayPartitions } from "./day-partitions.ts";
import type { CallColumns, StoredCall } from "./encoded-call.ts";
import { packBodies } from "./pack-bodies.ts";
import type { Pack } from "./pack-bodies.ts";
import { packFacts } from "./pack-facts.ts";
import type { FactRef } from "./pack-facts.ts";
import { indexedText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** "no partition of relation found for row" */
const NO_PARTITION = "23514";

/** Writes calls into one database; a call whose id is already there is left as it is. */
export type WriteCalls = (calls: readonly StoredCall[]) => Promise<void>;

/** Packs facts and bytes of a batch and inserts it in one transaction. */
export function writeCallsTo(db: Kysely<Tables>): WriteCalls {
  const partitions = new DayPartitions(db);
  return async (calls) => {
    const bodies = await packBodies(calls);
    const facts = await packFacts(calls, bodies.refs);
    const days = { calls: daysIn(facts.packs), bodies: daysIn(bodies.packs) };
    const statement = insert({ calls, refs: facts.refs, factPacks: facts.packs, bodyPacks: bodies.packs });
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

interface Rows {
  readonly calls: readonly StoredCall[];
  readonly refs: readonly FactRef[];
  readonly factPacks: readonly Pack[];
  readonly bodyPacks: readonly Pack[];
}

/** One statement, hence one round trip and one transaction. Columns travel as arrays: least to parse on both sides. */
function insert({ calls, refs, factPacks, bodyPacks }: Rows): RawBuilder<unknown> {
  const texts = (of: (columns: CallColumns) => string | null): RawBuilder<unknown> =>
    sql`${calls.map(({ columns }) => textOrNull(of(columns)))}::text[]`;
  const bodies = bodyPacks.length === 0 ? sql`` : sql`, bodies as (${insertPacks("body_packs", bodyPacks)})`;
  return sql`
    with facts as (${insertPacks("fact_packs", factPacks)}) ${bodies}
    insert into calls (id, at, endpoint, release, arm, rollout_id, session, outcome, pack, line)
    select * from unnest(
      ${texts(({ id }) => id)},
      ${calls.map(({ columns }) => columns.at)}::bigint[],
      ${texts(({ endpoint }) => endpoint)},
      ${texts(({ release }) => release)},
      ${texts(({ arm }) => arm)},
      ${texts(({ rolloutId }) => rolloutId)},
      ${texts(({ session }) => session)},
      ${texts(({ outcome }) => outcome)},
      ${refs.map(({ pack }) => pack)}::uuid[],
      ${refs.map(({ line }) => line)}::smallint[]
    )
    on conflict do nothing`;
}

const textOrNull = (text: string | null): string | null => (text === null ? null : indexedText(text));

function insertPacks(table: "fact_packs" | "body_packs", packs: readonly Pack[]): RawBuilder<unknown> {
  const rows = packs.map(
    ({ day, id, rawBytes, data }) => sql`(${day}::integer, ${id}::uuid, ${rawBytes}::integer, ${data}::bytea)`,
  );
  return sql`insert into ${sql.table(table)} (day, id, raw_bytes, data) values ${sql.join(rows)} on conflict do nothing`;
}
