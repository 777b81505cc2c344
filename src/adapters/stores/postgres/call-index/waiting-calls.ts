import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import { NO_VALUE } from "../../../../domain/call/call-search.ts";
import type { CallSearch } from "../../../../domain/call/call-search.ts";
import type { CallFilter } from "../../../../ports/call-store.ts";
import { marksFor } from "../call-marks.ts";
import type { FactLine } from "../fact-line.ts";
import type { Tables } from "../tables.ts";
import { factsInPack } from "./facts-in-pack.ts";
import type { TimeBounds } from "./segment-reader.ts";

/** A pack whose calls are in no segment yet. */
export interface WaitingPlace {
  readonly day: number;
  readonly pack: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A call in a pack that waits. */
export interface WaitingCall {
  readonly fact: FactLine;
  readonly pack: { readonly id: string; readonly writtenUs: number };
  readonly line: number;
}

/** Packs looked up at a time: all that wait but after an upgrade with many millions of calls. */
export const PLACES_AT_ONCE = 20_000;

/** Packs that wait and may have calls that are looked for, in order, after `last`. */
export async function waitingPlaces(
  db: Kysely<Tables>,
  search: CallSearch,
  {
    bounds,
    order,
    last,
  }: { readonly bounds: TimeBounds; readonly order: "newest" | "oldest"; readonly last: WaitingPlace | null },
): Promise<readonly WaitingPlace[]> {
  const conditions: RawBuilder<unknown>[] = [
    sql`queued.last_ms >= ${bounds.fromMs}::bigint`,
    sql`queued.first_ms <= ${bounds.toMs}::bigint`,
    ...marksFor(markedBy(search)).map(
      (mark) => sql`exists (
        select from call_marks as marks where marks.day = queued.day and marks.mark = ${mark}::bigint
          and marks.last_ms = queued.last_ms and marks.pack = queued.pack)`,
    ),
  ];
  if (last !== null && order === "newest")
    conditions.push(sql`(queued.last_ms, queued.pack) < (${last.lastMs}::bigint, ${last.pack}::uuid)`);
  if (last !== null && order === "oldest")
    conditions.push(sql`(queued.last_ms, queued.pack) > (${last.lastMs}::bigint, ${last.pack}::uuid)`);
  const direction = order === "newest" ? sql`desc` : sql`asc`;
  const { rows } = await sql<WaitingPlace>`
    select queued.day, queued.pack, queued.first_ms as "firstMs", queued.last_ms as "lastMs"
    from call_index_queue as queued where ${sql.join(conditions, sql` and `)}
    order by queued.last_ms ${direction}, queued.pack ${direction} limit ${PLACES_AT_ONCE}`.execute(db);
  return rows;
}

/** What of a search has marks: facets with one wanted value. A call is its own session, and that has none. */
function markedBy({ facets = {} }: CallSearch): CallFilter {
  const single = (values: readonly string[] | undefined): string | undefined =>
    values?.length === 1 && values[0] !== NO_VALUE ? values[0] : undefined;
  const { endpoint, release, arm, rollout, outcome } = facets;
  const given = {
    endpoint: single(endpoint),
    release: single(release),
    arm: single(arm),
    rolloutId: single(rollout),
    outcome: single(outcome),
  };
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as object),
    limit: 0,
  };
}

/** The calls of some packs that wait; packs that are gone have none. */
export async function readWaiting(
  db: Kysely<Tables>,
  places: readonly WaitingPlace[],
): Promise<readonly WaitingCall[]> {
  const calls: WaitingCall[] = [];
  for (const [day, own] of Map.groupBy(places, (place) => place.day)) {
    const rows = await db
      .selectFrom("fact_packs")
      .select(["id", "raw_bytes", "data", "written_us"])
      .where("day", "=", day)
      .where(
        "id",
        "in",
        own.map(({ pack }) => pack),
      )
      .execute();
    const packs = await Promise.all(rows.map(({ data, raw_bytes }) => factsInPack(data, raw_bytes)));
    for (const [index, { id, written_us }] of rows.entries()) {
      const pack = { id, writtenUs: written_us ?? 0 };
      for (const { line, fact } of packs[index]?.facts ?? []) calls.push({ fact, pack, line });
    }
  }
  return calls;
}

/** How many packs wait, counted up to a bound. */
export async function countWaiting(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (select from call_index_queue limit ${PLACES_AT_ONCE}) as waiting`.execute(db);
  return rows[0]?.count ?? 0;
}

/** How many packs could not be read when their turn to be indexed came. */
export async function countDamaged(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from damaged_packs`.execute(db);
  return rows[0]?.count ?? 0;
}
