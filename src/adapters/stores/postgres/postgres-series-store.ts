import { sql } from "kysely";
import type { Kysely } from "kysely";
import { hourCells } from "../../../domain/series/hour-cells.ts";
import type { SeriesBatch, SeriesStore } from "../../../ports/series-store.ts";
import {
  COLUMN_NAMES,
  COLUMN_SHAPE,
  COUNTS,
  documentOf,
  HISTOGRAMS,
  JUDGED_BY,
  NUMBERS,
  PLACE,
} from "./series-columns.ts";
import { expireDays, makeDays } from "./series-days.ts";
import { sumSeries } from "./series-sums.ts";
import type { Tables } from "./tables.ts";

/** Replicas that wrote nothing for so long are gone. */
const FORGET_REPLICAS = sql.raw("interval '7 days'");

const names = sql.raw(COLUMN_NAMES);
const shape = sql.raw(COLUMN_SHAPE);
const place = sql.raw(PLACE.join(", "));
const additions = sql.raw(
  [
    ...NUMBERS.map(({ column }) => `${column} = series_cells.${column} + excluded.${column}`),
    ...COUNTS.map((column) => `${column} = series_merge(series_cells.${column}, excluded.${column})`),
    ...[JUDGED_BY, ...Object.values(HISTOGRAMS)].map(
      (column) => `${column} = series_add(series_cells.${column}, excluded.${column})`,
    ),
  ].join(", "),
);

/** Series in PostgreSQL. Sums over whole days take cells of days, where these are made (migrations/0025-series-days.ts). */
export function createPostgresSeriesStore(db: Kysely<Tables>): SeriesStore {
  return {
    add: (batch) => add(db, batch),
    query: (query) => sumSeries(db, query),
    makeDays: (terms) => makeDays(db, terms),
    async expire({ minute, hour }) {
      await expireDays(db, hour);
      await sql`
        delete from series_cells
        where (span = 'minute' and start < ${minute}) or (span = 'hour' and start < ${hour})`.execute(db);
      await sql`delete from series_batches where written_at < now() - ${FORGET_REPLICAS}`.execute(db);
    },
  };
}

/**
 * One statement: a batch that is known inserts nothing, and nothing is left half added. Cells come in order, so that two replicas that add to
 * the same ones wait for each other and never in a circle.
 */
async function add(db: Kysely<Tables>, { replicaId, sequence, cells }: SeriesBatch): Promise<void> {
  const documents = [
    ...hourCells(cells).map((cell) => documentOf("hour", cell)),
    ...cells.map((cell) => documentOf("minute", cell)),
  ];
  await sql`
    with batch as (
      insert into series_batches (replica_id, sequence) values (${replicaId}, ${sequence})
      on conflict (replica_id) do update set sequence = excluded.sequence, written_at = now()
      where series_batches.sequence < excluded.sequence
      returning sequence
    )
    insert into series_cells (${names})
    select ${names} from json_to_recordset(${JSON.stringify(documents)}::json) as x(${shape})
    where exists (select 1 from batch)
    order by ${place}
    on conflict (${place}) do update set ${additions}`.execute(db);
}
