import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import { SERIES_HISTOGRAMS, SERIES_MEMBERS } from "../../../domain/series/series-cell.ts";
import type { SeriesMembers } from "../../../domain/series/series-cell.ts";
import type { DaysTerms, SeriesSum } from "../../../ports/series-store.ts";
import { SERIES_DAYS_LOCK } from "./migrations/0025-series-days.ts";
import { COLUMN_NAMES, COLUMN_SHAPE, documentOf } from "./series-columns.ts";
import { DAY_MS, sumSeries } from "./series-sums.ts";
import type { Tables } from "./tables.ts";

/** Cells in one statement: the embedded database does nothing else meanwhile. */
const BATCH = 200;
/** Most cells of a day; no day has as many. */
const MOST_CELLS = 1_000_000;

const names = sql.raw(COLUMN_NAMES);
const shape = sql.raw(COLUMN_SHAPE);

/** Makes the cells of some days, each day for itself; answers how many. */
export async function makeDays(db: Kysely<Tables>, { from, before, limit }: DaysTerms): Promise<number> {
  const [first, last] = [Math.ceil(from / DAY_MS) * DAY_MS, Math.ceil(before / DAY_MS) * DAY_MS - DAY_MS];
  const { rows } = await sql<{ day: number | string }>`
    select days.day from generate_series(${first}::bigint, ${last}::bigint, ${DAY_MS}::bigint) as days (day)
    where not exists (select from series_days as made where made.start = days.day)
      and exists (
        select from series_cells as cells
        where cells.span = 'hour' and cells.start >= days.day and cells.start < days.day + ${DAY_MS}::bigint
      )
    order by days.day desc limit ${limit}`.execute(db);
  for (const { day } of rows) await makeDay(db, Number(day));
  return rows.length;
}

/** Adds to the hours of a day wait for this, so that what comes later finds the day made and unmakes it. */
async function makeDay(db: Kysely<Tables>, day: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(SERIES_DAYS_LOCK)})`.execute(transaction);
    if (await isMade(transaction, day)) return;
    const { sums } = await sumSeries(transaction, {
      span: "hour",
      from: day,
      to: day + DAY_MS,
      by: SERIES_MEMBERS,
      histograms: SERIES_HISTOGRAMS,
      limit: MOST_CELLS,
    });
    await sql`delete from series_cells where span = 'day' and start = ${day}`.execute(transaction);
    for (let start = 0; start < sums.length; start += BATCH) {
      await insertCells(transaction, day, sums.slice(start, start + BATCH));
    }
    await sql`insert into series_days (start) values (${day})`.execute(transaction);
  });
}

async function isMade(db: Transaction<Tables>, day: number): Promise<boolean> {
  const { rows } = await sql`select from series_days where start = ${day}`.execute(db);
  return rows.length > 0;
}

async function insertCells(db: Transaction<Tables>, day: number, sums: readonly SeriesSum[]): Promise<void> {
  // Every member was asked for, so that every sum has them all.
  const cells = sums.map(({ members, tally }) => ({ start: day, members: members as SeriesMembers, tally }));
  const documents = cells.map((cell) => documentOf("day", cell));
  await sql`
    insert into series_cells (${names})
    select ${names} from json_to_recordset(${JSON.stringify(documents)}::json) as x(${shape})`.execute(db);
}

/** Forgets days that begin before a time, epoch ms: what is left of their hours is read instead. */
export async function expireDays(db: Kysely<Tables>, before: number): Promise<void> {
  await sql`delete from series_days where start < ${before}`.execute(db);
  await sql`delete from series_cells where span = 'day' and start < ${before}`.execute(db);
}
