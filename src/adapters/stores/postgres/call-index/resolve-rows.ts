import type { Kysely } from "kysely";
import type { CallFacts } from "../../../../domain/call/call-record.ts";
import type { CallGist } from "../../../../ports/call-index.ts";
import { soundFactLine } from "../fact-line.ts";
import type { FactLine } from "../fact-line.ts";
import { lineIn, readSoundPacks } from "../read-packs.ts";
import type { Tables } from "../tables.ts";
import { gistsPart, PLACES } from "./segment-parts.ts";
import { readPlaces } from "./segment-codec.ts";
import type { SegmentReader } from "./segment-reader.ts";
import { compileSearch } from "./segment-search.ts";
import { readGists } from "./segment-texts.ts";
import type { SegmentPlace } from "./segment-store.ts";

/** A call that the index has found. */
export interface FoundRow {
  readonly place: SegmentPlace;
  readonly row: number;
  /** Time in its id, epoch milliseconds. */
  readonly ms: number;
}

/** A found call with its facts. */
export interface ResolvedCall {
  readonly facts: CallFacts;
  readonly writtenUs: number;
  /** Where it was found; `null` for one that waits to be indexed. */
  readonly found: FoundRow | null;
  /** Where the bytes of one that waits are; `null` for any other. */
  readonly bodies: FactLine["bodies"];
}

const PACKS_PER_QUERY = 16;
const ANYTHING = compileSearch({});

/** Reads the lines of found calls. Those whose facts are gone or damaged are left out. Throws `SegmentGone`. */
export async function resolveRows(
  { db, reader }: { readonly db: Kysely<Tables>; readonly reader: SegmentReader },
  found: readonly FoundRow[],
): Promise<readonly ResolvedCall[]> {
  const bySegment = Map.groupBy(found, ({ place }) => place.id);
  const places = [...bySegment.values()].flatMap(([first]) => (first === undefined ? [] : [first.place]));
  const wanted: { readonly row: FoundRow; readonly pack: string; readonly line: number; readonly writtenUs: number }[] =
    [];
  for (const { place, columns } of await reader.load(places, ANYTHING, [PLACES])) {
    const { packs, codes, lines } = readPlaces(columns.get(PLACES) ?? Buffer.alloc(4));
    for (const row of bySegment.get(place.id) ?? []) {
      const pack = packs[codes[row.row] ?? 0];
      if (pack !== undefined) wanted.push({ row, pack: pack.id, line: lines[row.row] ?? 0, writtenUs: pack.writtenUs });
    }
  }
  const needed = [...new Map(wanted.map(({ pack, row }) => [pack, { pack, day: row.place.day }])).values()];
  const resolved: ResolvedCall[] = [];
  for (let start = 0; start < needed.length; start += PACKS_PER_QUERY) {
    const read = await readSoundPacks(db, "fact_packs", needed.slice(start, start + PACKS_PER_QUERY));
    for (const { row, pack, line, writtenUs } of wanted) {
      const bytes = read.get(pack);
      const text = bytes === undefined ? null : lineIn(bytes, line);
      const fact = text === null ? null : soundFactLine(text);
      if (fact !== null) resolved.push({ facts: fact.facts, writtenUs, found: row, bodies: null });
    }
  }
  return resolved;
}

/** The gists of found calls, by the id of the call. */
export async function readGistsOf(
  reader: SegmentReader,
  calls: readonly ResolvedCall[],
): Promise<ReadonlyMap<string, CallGist>> {
  const rows = calls.flatMap(({ facts, found }) => (found === null ? [] : [{ id: facts.id, ...found }]));
  const heads = await reader.heads([...new Map(rows.map(({ place }) => [place.id, place])).values()]);
  const days = new Set([...heads.values()].flatMap(({ textDays }) => textDays));
  const wanted = new Map(
    rows.map(({ place, row }) => [`${place.id} ${gistsPart(row)}`, { segment: place.id, part: gistsPart(row) }]),
  );
  const read = await reader.texts([...days], [...wanted.values()]);
  const gists = new Map<string, CallGist>();
  const parsed = new Map<Buffer, ReadonlyMap<number, CallGist>>();
  for (const { id, place, row } of rows) {
    for (const own of read.get(place.id)?.values() ?? []) {
      const bytes = own.get(gistsPart(row));
      if (bytes === undefined) continue;
      const known = parsed.get(bytes) ?? readGists(gistsPart(row), bytes);
      parsed.set(bytes, known);
      const gist = known.get(row);
      if (gist !== undefined) gists.set(id, gist);
    }
  }
  return gists;
}
