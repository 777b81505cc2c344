import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { DayPartitions } from "../day-partitions.ts";
import type { Tables } from "../tables.ts";
import type { IndexEntry } from "./index-entry.ts";
import { ensurePartitions, isTaken, TakenByAnother } from "./ensure-partitions.ts";
import { decodeSegment, encodeSegment } from "./segment-codec.ts";
import { deleteSegments, insertSegment, packSegment, readHeads, readParts } from "./segment-store.ts";
import type { SegmentPlace } from "./segment-store.ts";

/** A segment with as many calls is left alone. */
export const WHOLE_CALLS = 16_384;
/** So many small ones of one day become one. */
const MOST_SMALL = 8;
const LOOKED_AT = 512;

/**
 * Makes one segment of small ones, where there are too many: a search reads a bounded number of segments however few
 * calls come at a time. Those of about the same size are merged, so that a call is written again a few times only.
 */
export async function mergeSegments(db: Kysely<Tables>, partitions: DayPartitions): Promise<void> {
  const small = await readSmall(db);
  for (const [day, own] of Map.groupBy(small, (each) => each.day)) {
    const chosen = chooseToMerge(own, day === small[0]?.day);
    if (chosen.length > 0) return merge({ db, partitions }, day, chosen);
  }
}

/** Of the newest days first, the smallest first. */
async function readSmall(db: Kysely<Tables>): Promise<readonly SegmentPlace[]> {
  const { rows } = await sql<SegmentPlace>`
    select day, id, first_ms as "firstMs", last_ms as "lastMs", calls from call_segments
    where calls < ${WHOLE_CALLS} order by day desc, calls limit ${LOOKED_AT}`.execute(db);
  return rows;
}

/** Which of the small segments of a day become one; none while it is not worth it. Smallest first. */
export function chooseToMerge(small: readonly SegmentPlace[], isNewestDay: boolean): readonly SegmentPlace[] {
  const chosen: SegmentPlace[] = [];
  let calls = 0;
  for (const each of small) {
    if (isNewestDay && chosen.length >= MOST_SMALL && each.calls > 2 * calls) break;
    chosen.push(each);
    calls += each.calls;
    if (calls >= WHOLE_CALLS) return chosen;
  }
  return chosen.length >= (isNewestDay ? MOST_SMALL : 2) ? chosen : [];
}

async function merge(
  { db, partitions }: { readonly db: Kysely<Tables>; readonly partitions: DayPartitions },
  day: number,
  chosen: readonly SegmentPlace[],
): Promise<void> {
  const entries: IndexEntry[] = [];
  const heads = await readHeads(db, chosen);
  for (const { id, firstMs } of chosen) {
    const head = heads.get(id);
    if (head === undefined) return;
    const parts = (await readParts(db, "call_segment_parts", { days: [day], segments: [id], parts: null })).get(id);
    const texts = await readParts(db, "call_texts", { days: head.textDays, segments: [id], parts: null });
    entries.push(
      ...decodeSegment({ head, firstMs, parts: parts?.get(day) ?? new Map(), texts: texts.get(id) ?? new Map() }),
    );
  }
  const segment = await packSegment(day, encodeSegment(entries));
  await ensurePartitions(partitions, segment, () =>
    db.transaction().execute(async (transaction) => {
      if ((await deleteSegments(transaction, chosen)) !== chosen.length) throw new TakenByAnother();
      await insertSegment(transaction, segment);
    }),
  ).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
  });
}
