import { sql } from "kysely";
import type { Kysely, RawBuilder, Transaction } from "kysely";
import { firstCallIdOf } from "./day.ts";
import type { Tables } from "./tables.ts";

/** The partitioned tables. */
type Parent =
  | "calls"
  | "fact_packs"
  | "call_marks"
  | "body_packs"
  | "call_segments"
  | "call_segment_parts"
  | "call_texts";

/** Days for which a batch needs partitions. */
export interface DaysNeeded {
  /** Days of the calls themselves. */
  readonly calls: Iterable<number>;
  /** Days on which their bodies expire. */
  readonly bodies: Iterable<number>;
  /** Days of the calls of a segment of the index, and those on which its texts expire. */
  readonly segments?: Iterable<number>;
  readonly texts?: Iterable<number>;
}

/** Any number will do, as long as every version uses the same. */
const PARTITION_LOCK = 7_065_545;
/** Dropping a day waits for readers, and all others would wait behind it; the next look tries again. */
const LOCK_TIMEOUT = "5s";

/** Makes the partitions of a day when its first call comes, and drops days that have expired. */
export class DayPartitions {
  readonly #db: Kysely<Tables>;
  readonly #known = new Set<string>();

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Sees to it that rows of these days have a place. */
  async ensure({ calls, bodies, segments = [], texts = [] }: DaysNeeded): Promise<void> {
    const missing: (readonly [Parent, number])[] = [];
    for (const day of calls) missing.push(...this.#unknown("fact_packs", day), ...this.#unknown("call_marks", day));
    for (const day of bodies) missing.push(...this.#unknown("body_packs", day));
    for (const day of segments)
      missing.push(...this.#unknown("call_segments", day), ...this.#unknown("call_segment_parts", day));
    for (const day of texts) missing.push(...this.#unknown("call_texts", day));
    if (missing.length === 0) return;
    await this.#db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(PARTITION_LOCK)})`.execute(transaction);
      for (const [parent, day] of missing) await create(transaction, parent, day);
    });
    for (const [parent, day] of missing) this.#known.add(nameOf(parent, day));
  }

  /** Forgets what exists: another process may have dropped a day. */
  forget(): void {
    this.#known.clear();
  }

  /** Drops the days of bodies that expired by `day`; returns how many packs went with them. */
  async dropBodies(day: number): Promise<number> {
    return this.#dropUpTo(day, "body_packs", ["body_packs", "call_texts"]);
  }

  /** Drops calls of `day` and earlier days with their facts; returns how many packs of facts went with them. */
  async dropFacts(day: number): Promise<number> {
    return this.#dropUpTo(day, "fact_packs", [
      "calls",
      "call_marks",
      "fact_packs",
      "call_segments",
      "call_segment_parts",
    ]);
  }

  /** One day in one short transaction, so that years that have piled up keep nobody waiting. */
  async #dropUpTo(last: number, counted: Parent, parents: readonly Parent[]): Promise<number> {
    const days = new Set<number>();
    for (const parent of parents) for (const day of await daysOf(this.#db, parent)) if (day <= last) days.add(day);
    let packs = 0;
    for (const day of days) packs += await this.#dropDay(day, counted, parents);
    return packs;
  }

  #dropDay(day: number, counted: Parent, parents: readonly Parent[]): Promise<number> {
    return this.#db.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = ${sql.lit(LOCK_TIMEOUT)}`.execute(transaction);
      await sql`select pg_advisory_xact_lock(${sql.lit(PARTITION_LOCK)})`.execute(transaction);
      let packs = 0;
      for (const parent of parents) {
        const name = nameOf(parent, day);
        if (!(await exists(transaction, name))) continue;
        if (parent === counted) packs += await countRows(transaction, name);
        await sql`drop table ${sql.table(name)}`.execute(transaction);
        this.#known.delete(name);
      }
      return packs;
    });
  }

  #unknown(parent: Parent, day: number): readonly (readonly [Parent, number])[] {
    return this.#known.has(nameOf(parent, day)) ? [] : [[parent, day]];
  }
}

const nameOf = (parent: Parent, day: number): string => `${parent}_d${day}`;

/**
 * Under the lock, so that two writers do not make the same one. Attaching a finished table does not wait for
 * readers of the parent; `create table … partition of` would.
 */
async function create(db: Transaction<Tables>, parent: Parent, day: number): Promise<void> {
  const name = nameOf(parent, day);
  if (await exists(db, name)) return;
  await sql`create table ${sql.table(name)} (like ${sql.table(parent)} including all)`.execute(db);
  await sql`alter table ${sql.table(parent)} attach partition ${sql.table(name)} ${bounds(parent, day)}`.execute(db);
}

async function exists(db: Transaction<Tables>, name: string): Promise<boolean> {
  const { rows } = await sql<{ exists: boolean }>`select to_regclass(${name}) is not null as exists`.execute(db);
  return rows[0]?.exists === true;
}

async function countRows(db: Transaction<Tables>, name: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(db);
  return rows[0]?.count ?? 0;
}

const bounds = (parent: Parent, day: number): RawBuilder<unknown> =>
  parent === "calls"
    ? sql`for values from (${sql.lit(firstCallIdOf(day))}) to (${sql.lit(firstCallIdOf(day + 1))})`
    : sql`for values in (${sql.lit(day)})`;

async function daysOf(db: Kysely<Tables>, parent: Parent): Promise<readonly number[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = to_regclass(${parent}) order by relname
  `.execute(db);
  return rows.map(({ name }) => Number(name.slice(`${parent}_d`.length)));
}
