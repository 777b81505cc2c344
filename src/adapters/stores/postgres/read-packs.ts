import type { ExpressionBuilder, Kysely } from "kysely";
import { decompress } from "./compress.ts";
import type { Tables } from "./tables.ts";

/** Where a pack is. */
export interface PackPlace {
  readonly day: number;
  readonly pack: string;
}

type PackTable = "fact_packs" | "body_packs";

/** The contents of packs by their ids; those that are gone are left out. Rejects where one of them is damaged. */
export async function readPacks(
  db: Kysely<Tables>,
  table: PackTable,
  wanted: readonly PackPlace[],
): Promise<ReadonlyMap<string, Buffer>> {
  const read = (await storedPacks(db, table, wanted)).map(
    async ({ id, data, raw_bytes }) => [id, await decompress(data, raw_bytes)] as const,
  );
  return new Map(await Promise.all(read));
}

/** The same without those that are damaged: for lists and searches, of which one pack must not take everything away. */
export async function readSoundPacks(
  db: Kysely<Tables>,
  table: PackTable,
  wanted: readonly PackPlace[],
): Promise<ReadonlyMap<string, Buffer>> {
  const read = (await storedPacks(db, table, wanted)).map(async ({ id, data, raw_bytes }) => {
    const bytes = await decompress(data, raw_bytes).catch(() => null);
    return bytes === null ? [] : [[id, bytes] as const];
  });
  return new Map((await Promise.all(read)).flat());
}

/** How many bytes packs have when they are read, by their ids; those that are gone are left out. */
export async function sizesOfPacks(
  db: Kysely<Tables>,
  table: PackTable,
  wanted: readonly PackPlace[],
): Promise<ReadonlyMap<string, number>> {
  if (wanted.length === 0) return new Map();
  const rows = await db.selectFrom(table).select(["id", "raw_bytes"]).where(among(wanted)).execute();
  return new Map(rows.map(({ id, raw_bytes }) => [id, raw_bytes]));
}

async function storedPacks(db: Kysely<Tables>, table: PackTable, wanted: readonly PackPlace[]) {
  if (wanted.length === 0) return [];
  return db.selectFrom(table).select(["id", "raw_bytes", "data"]).where(among(wanted)).execute();
}

/** Packs by day and id: a day is a partition. */
const among = (wanted: readonly PackPlace[]) => (each: ExpressionBuilder<Tables, PackTable>) =>
  each.or(
    [...Map.groupBy(wanted, ({ day }) => day)].map(([day, own]) => {
      const ids = own.map(({ pack }) => pack);
      return each.and([each("day", "=", day), each("id", "in", ids)]);
    }),
  );

const LINE_FEED = 0x0a;

/** One line of a pack of facts by its number, from 0; `null` where there are fewer. */
export function lineIn(pack: Buffer, number: number): string | null {
  let start = 0;
  for (let left = number; left > 0; left -= 1) {
    const end = pack.indexOf(LINE_FEED, start);
    if (end < 0) return null;
    start = end + 1;
  }
  const end = pack.indexOf(LINE_FEED, start);
  return end <= start ? null : pack.toString("utf8", start, end);
}

/** The lines of a pack of facts. */
export const linesIn = (pack: Buffer): readonly string[] => pack.toString().split("\n");
