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

/** The lines of a pack of facts. */
export const linesIn = (pack: Buffer): readonly string[] => pack.toString().split("\n");
