import type { Kysely } from "kysely";
import { decompress } from "./compress.ts";
import type { Tables } from "./tables.ts";

/** Where a pack is. */
export interface PackPlace {
  readonly day: number;
  readonly pack: string;
}

/** The contents of packs by their ids; those that are gone are left out. */
export async function readPacks(
  db: Kysely<Tables>,
  table: "fact_packs" | "body_packs",
  wanted: readonly PackPlace[],
): Promise<ReadonlyMap<string, Buffer>> {
  if (wanted.length === 0) return new Map();
  const byDay = Map.groupBy(wanted, ({ day }) => day);
  const rows = await db
    .selectFrom(table)
    .select(["id", "raw_bytes", "data"])
    .where((each) =>
      each.or(
        [...byDay].map(([day, own]) => {
          const ids = own.map(({ pack }) => pack);
          return each.and([each("day", "=", day), each("id", "in", ids)]);
        }),
      ),
    )
    .execute();
  const read = rows.map(async ({ id, data, raw_bytes }) => [id, await decompress(data, raw_bytes)] as const);
  return new Map(await Promise.all(read));
}

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
