import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import { compress, decompress } from "../compress.ts";
import type { Tables } from "../tables.ts";
import { ALL, joinParts, splitParts } from "./segment-parts.ts";
import type { Parts } from "./segment-parts.ts";
import type { EncodedSegment, SegmentHead } from "./segment-codec.ts";

/** A segment as lists of them have it. */
export interface SegmentPlace {
  readonly day: number;
  /** UUID. */
  readonly id: string;
  /** Times in the ids of the first and the last call, epoch milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly calls: number;
}

/** A part as it is stored. */
interface StoredPart {
  readonly day: number;
  readonly part: number;
  readonly rawBytes: number;
  /** zstd. */
  readonly data: Buffer;
}

/** A segment ready to be written. */
export interface PackedSegment extends SegmentPlace {
  readonly head: Buffer;
  readonly parts: readonly StoredPart[];
  readonly texts: readonly StoredPart[];
}

/** Segments of fewer calls have one part with everything: they are read whole, and soon become part of a larger one. */
const SMALL_CALLS = 2_048;

/** Rows that are written in one statement. */
const ROWS_PER_INSERT = 24;

/** Compresses a segment. */
export async function packSegment(
  day: number,
  { head, firstMs, lastMs, parts, texts }: EncodedSegment,
): Promise<PackedSegment> {
  const isSmall = head.calls < SMALL_CALLS;
  const packedTexts: StoredPart[] = [];
  for (const [textDay, own] of texts) packedTexts.push(...(await packParts(textDay, own, isSmall)));
  return {
    day,
    id: randomUUID(),
    firstMs,
    lastMs,
    calls: head.calls,
    head: await compress(Buffer.from(JSON.stringify(head))),
    parts: await packParts(day, parts, isSmall),
    texts: packedTexts,
  };
}

async function packParts(day: number, parts: Parts, isSmall: boolean): Promise<StoredPart[]> {
  const packed: StoredPart[] = [];
  for (const [part, raw] of isSmall ? [[ALL, joinParts(parts)] as const] : parts) {
    packed.push({ day, part, rawBytes: raw.length, data: await compress(raw) });
  }
  return packed;
}

/** Writes a segment. Its partitions are there. */
export async function insertSegment(db: Transaction<Tables>, segment: PackedSegment): Promise<void> {
  const { day, id, firstMs, lastMs, calls, head } = segment;
  await db.insertInto("call_segments").values({ day, id, first_ms: firstMs, last_ms: lastMs, calls, head }).execute();
  await insertParts(db, "call_segment_parts", id, segment.parts);
  await insertParts(db, "call_texts", id, segment.texts);
}

async function insertParts(
  db: Transaction<Tables>,
  ...[table, segment, parts]: [table: PartTable, segment: string, parts: readonly StoredPart[]]
): Promise<void> {
  for (let start = 0; start < parts.length; start += ROWS_PER_INSERT) {
    const rows = parts.slice(start, start + ROWS_PER_INSERT);
    await db
      .insertInto(table)
      .values(rows.map(({ day, part, rawBytes, data }) => ({ day, segment, part, raw_bytes: rawBytes, data })))
      .execute();
  }
}

type PartTable = "call_segment_parts" | "call_texts";

/** Deletes segments; answers how many were there. */
export async function deleteSegments(db: Transaction<Tables>, places: readonly SegmentPlace[]): Promise<number> {
  const ids = places.map(({ id }) => id);
  const days = [...new Set(places.map(({ day }) => day))];
  const gone = await db.deleteFrom("call_segments").where("day", "in", days).where("id", "in", ids).executeTakeFirst();
  await db.deleteFrom("call_segment_parts").where("day", "in", days).where("segment", "in", ids).execute();
  await db.deleteFrom("call_texts").where("segment", "in", ids).execute();
  return Number(gone.numDeletedRows);
}

/** Reads heads of segments by their ids; those that are gone are left out. */
export async function readHeads(
  db: Kysely<Tables>,
  places: readonly SegmentPlace[],
): Promise<ReadonlyMap<string, SegmentHead>> {
  if (places.length === 0) return new Map();
  const rows = await db
    .selectFrom("call_segments")
    .select(["id", "head"])
    .where("day", "in", [...new Set(places.map(({ day }) => day))])
    .where(
      "id",
      "in",
      places.map(({ id }) => id),
    )
    .execute();
  const heads = new Map<string, SegmentHead>();
  for (const { id, head } of rows)
    heads.set(id, JSON.parse((await decompress(head, MOST_HEAD_BYTES)).toString()) as SegmentHead);
  return heads;
}

const MOST_HEAD_BYTES = 64 * 1024 * 1024;

/** What is read of segments. */
export interface PartsWanted {
  readonly days: readonly number[];
  readonly segments: readonly string[];
  /** `null` is all of them. */
  readonly parts: readonly number[] | null;
}

/** Parts by segment and day: of columns the day is that of the calls, of texts that on which they expire. */
export type PartsRead = ReadonlyMap<string, ReadonlyMap<number, Map<number, Buffer>>>;

/** Reads parts of segments; those that are gone are left out. A part with everything is read and taken apart. */
export async function readParts(
  db: Kysely<Tables>,
  table: PartTable,
  { days, segments, parts }: PartsWanted,
): Promise<PartsRead> {
  if (segments.length === 0 || days.length === 0 || parts?.length === 0) return new Map();
  const wanted = parts === null ? sql`` : sql`and part = any(${[...parts, ALL]}::integer[])`;
  const { rows } = await sql<PartRow>`
    select day, segment, part, raw_bytes, data from ${sql.table(table)}
    where day = any(${days}::integer[]) and segment = any(${segments}::uuid[]) ${wanted}`.execute(db);
  return partsOf(rows);
}

/** One part of one segment. */
export interface PartWanted {
  readonly segment: string;
  readonly part: number;
}

/** Reads certain parts of texts, each of its own segment, and those with everything. */
export async function readTextParts(
  db: Kysely<Tables>,
  days: readonly number[],
  wanted: readonly PartWanted[],
): Promise<PartsRead> {
  if (wanted.length === 0 || days.length === 0) return new Map();
  const whole = [...new Set(wanted.map(({ segment }) => segment))].map((segment) => ({ segment, part: ALL }));
  const all = [...wanted, ...whole];
  const { rows } = await sql<PartRow>`
    select texts.day, texts.segment, texts.part, texts.raw_bytes, texts.data
    from unnest(${all.map(({ segment }) => segment)}::uuid[], ${all.map(({ part }) => part)}::integer[])
      as wanted (segment, part)
    join call_texts as texts on texts.segment = wanted.segment and texts.part = wanted.part
    where texts.day = any(${days}::integer[])`.execute(db);
  return partsOf(rows);
}

interface PartRow {
  readonly day: number;
  readonly segment: string;
  readonly part: number;
  readonly raw_bytes: number;
  readonly data: Buffer;
}

async function partsOf(rows: readonly PartRow[]): Promise<PartsRead> {
  const read = new Map<string, Map<number, Map<number, Buffer>>>();
  const raw = await Promise.all(rows.map(({ data, raw_bytes }) => decompress(data, raw_bytes)));
  for (const [index, { day, segment, part }] of rows.entries()) {
    const bytes = raw[index] ?? Buffer.alloc(0);
    const byDay = read.get(segment) ?? new Map<number, Map<number, Buffer>>();
    read.set(segment, byDay);
    const own = byDay.get(day) ?? new Map<number, Buffer>();
    byDay.set(day, own);
    if (part === ALL) for (const [one, piece] of splitParts(bytes)) own.set(one, piece);
    else own.set(part, bytes);
  }
  return read;
}
