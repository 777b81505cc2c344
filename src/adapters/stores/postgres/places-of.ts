import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { ulidTime } from "../../../kit/ulid.ts";
import type { CallFilter } from "../../../ports/call-store.ts";
import { marksFor } from "./call-marks.ts";
import type { CallMark } from "./call-marks.ts";
import { dayOf, ID_SLACK_MS } from "./day.ts";
import { PACK_SPAN_MS } from "./pack-facts.ts";
import type { PackPlace } from "./read-packs.ts";

/** A pack on the way from the newest to the oldest. */
export interface FactPlace extends PackPlace {
  readonly lastMs: number;
  /** Of two packs with the same call the one that was written first counts. */
  readonly writtenUs: number;
}

/** At most `limit` packs after `last` that may hold calls of a filter, newest first. */
export function placesOf(
  filter: CallFilter,
  { last, limit }: { readonly last: FactPlace | null; readonly limit: number },
): RawBuilder<FactPlace> {
  const [mark, ...others] = marksFor(filter);
  const from =
    mark === undefined
      ? sql`fact_packs as packs where packs.last_ms is not null`
      : sql`call_marks as marks
          join fact_packs as packs on packs.day = marks.day and packs.id = marks.pack
          where marks.mark = ${mark}::bigint ${both(others.map(alsoMarked))}`;
  // The index that is walked is that of the table that the walk begins with.
  const [day, ms, pack] =
    mark === undefined
      ? [sql`packs.day`, sql`packs.last_ms`, sql`packs.id`]
      : [sql`marks.day`, sql`marks.last_ms`, sql`marks.pack`];
  const bounds = boundsOf(filter, { day, ms });
  if (last !== null) {
    bounds.push(sql`(${ms}, ${pack}) < (${last.lastMs}::bigint, ${last.pack}::uuid)`);
    bounds.push(sql`${day} <= ${dayOf(last.lastMs)}`);
  }
  return sql`
    select packs.day, packs.id as pack, packs.last_ms as "lastMs", packs.written_us as "writtenUs"
    from ${from} ${both(bounds)} order by ${ms} desc, ${pack} desc limit ${limit}`;
}

type Condition = RawBuilder<unknown>;

const both = (conditions: readonly Condition[]): Condition =>
  sql.join(
    conditions.map((each) => sql`and ${each}`),
    sql` `,
  );

const alsoMarked = (mark: CallMark): Condition => sql`exists (
  select from call_marks as other where other.day = marks.day and other.mark = ${mark}::bigint
    and other.last_ms = marks.last_ms and other.pack = marks.pack)`;

/** Between which times packs can hold calls of a filter. The days say the same, and spare whole partitions. */
function boundsOf(
  { since, before }: CallFilter,
  { day, ms }: { readonly day: Condition; readonly ms: Condition },
): Condition[] {
  const bounds: Condition[] = [];
  if (since !== undefined) {
    const fromMs = since - ID_SLACK_MS;
    bounds.push(sql`${ms} >= ${fromMs}::bigint`, sql`${day} >= ${dayOf(fromMs)}`);
  }
  const untilMs = before === undefined ? null : ulidTime(before);
  if (untilMs !== null) {
    bounds.push(sql`${ms} <= ${untilMs + PACK_SPAN_MS}::bigint`, sql`${day} <= ${dayOf(untilMs)}`);
    bounds.push(sql`packs.first_ms <= ${untilMs}::bigint`);
  }
  return bounds;
}
