import { FACETS, MEASURES, NO_VALUE } from "../../../../domain/call/call-search.ts";
import type { Facet, Measure } from "../../../../domain/call/call-search.ts";
import { codesOf, readCoded, readCodes, readNumbers, writeCoded, writeCodes, writeNumbers } from "./columns.ts";
import type { EntryPack, IndexEntry } from "./index-entry.ts";
import { encodeTexts, readTexts } from "./segment-texts.ts";
import type { TextParts } from "./segment-texts.ts";
import {
  facetPart,
  measurePart,
  OFFSETS,
  PLACES,
  SESSIONS,
  TIMES,
  TRACES,
  USER_FILTER,
  USERS,
} from "./segment-parts.ts";
import type { Parts } from "./segment-parts.ts";
import { valueFilter } from "./value-filter.ts";

/** What is known of a segment without reading its parts. */
export interface SegmentHead {
  readonly calls: number;
  /** The values of each facet in the order of their codes, and how many calls have them. */
  readonly facets: Readonly<
    Partial<Record<Facet, { readonly values: readonly string[]; readonly counts: readonly number[] }>>
  >;
  /** The least and the largest of each measure; absent where no call has one. */
  readonly bounds: Readonly<Partial<Record<Measure, readonly [number, number]>>>;
  /** Whether any call has one. */
  readonly hasUsers: boolean;
  readonly hasTraces: boolean;
  /** Days on which its texts expire. */
  readonly textDays: readonly number[];
}

/** Calls of one day, encoded. Rows are in the order of the times in their ids. */
export interface EncodedSegment {
  readonly head: SegmentHead;
  /** Times in the ids of the first and the last call, epoch milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly parts: Parts;
  /** By the day on which they expire. */
  readonly texts: TextParts;
}

/** Encodes the calls of one day, of which there are at most 65,536 in as many packs. */
export function encodeSegment(unsorted: readonly IndexEntry[]): EncodedSegment {
  const entries = unsorted.toSorted((a, b) => a.ms - b.ms);
  const firstMs = entries[0]?.ms ?? 0;
  const parts = new Map<number, Buffer>([
    [
      TIMES,
      writeNumbers(
        entries.map(({ ms }) => ms - firstMs),
        true,
      ),
    ],
    [OFFSETS, writeNumbers(entries.map(({ atOffset }) => atOffset))],
    [PLACES, writePlaces(entries)],
    [SESSIONS, writeCoded(entries.map(({ session }) => session))],
  ]);
  const hasUsers = entries.some(({ user }) => user !== 0);
  const hasTraces = entries.some(({ trace }) => trace !== 0);
  if (hasUsers) {
    const users = entries.map(({ user }) => user);
    parts.set(USERS, writeCoded(users)).set(USER_FILTER, valueFilter(new Set(users)));
  }
  if (hasTraces) parts.set(TRACES, writeCoded(entries.map(({ trace }) => trace)));
  const { facets, bounds } = addColumns(entries, parts);
  const texts = encodeTexts(entries);
  const head = { calls: entries.length, facets, bounds, hasUsers, hasTraces, textDays: [...texts.keys()] };
  return { head, firstMs, lastMs: entries.at(-1)?.ms ?? firstMs, parts, texts };
}

function addColumns(
  entries: readonly IndexEntry[],
  parts: Map<number, Buffer>,
): Pick<SegmentHead, "facets" | "bounds"> {
  const facets: { [facet in Facet]?: { values: readonly string[]; counts: readonly number[] } } = {};
  for (const [index, facet] of FACETS.entries()) {
    const { values, codes } = codesOf(
      entries.map((entry) => entry.values[index] ?? NO_VALUE),
      entries.length,
    );
    const counts = values.map(() => 0);
    for (const code of codes) counts[code] = (counts[code] ?? 0) + 1;
    facets[facet] = { values, counts };
    // One value for all needs no column.
    if (values.length > 1) parts.set(facetPart(facet), writeCodes(codes));
  }
  const bounds: { [measure in Measure]?: readonly [number, number] } = {};
  for (const [index, measure] of MEASURES.entries()) {
    const column = entries.map((entry) => entry.measures[index] ?? 0);
    parts.set(measurePart(measure), writeNumbers(column));
    bounds[measure] = [column.reduce((a, b) => Math.min(a, b)), column.reduce((a, b) => Math.max(a, b))];
  }
  return { facets, bounds };
}

const PACK_BYTES = 24;

/** Packs (id, time of writing), how many they are (32 bits) before them; then which pack each call is in, and its line. */
function writePlaces(entries: readonly IndexEntry[]): Buffer {
  const byId = new Map(entries.map(({ pack }) => [pack.id, pack]));
  const { values, codes } = codesOf(
    entries.map(({ pack }) => pack.id),
    entries.length,
  );
  const head = Buffer.allocUnsafe(4 + values.length * PACK_BYTES);
  head.writeUInt32LE(values.length);
  for (const [index, id] of values.entries()) {
    head.write(id.replaceAll("-", ""), 4 + index * PACK_BYTES, "hex");
    head.writeDoubleLE(byId.get(id)?.writtenUs ?? 0, 4 + index * PACK_BYTES + 16);
  }
  return Buffer.concat([head, writeCodes(codes), Uint8Array.from(entries, ({ line }) => line)]);
}

/** Where the calls of a segment are. */
export interface Places {
  readonly packs: readonly EntryPack[];
  /** Of each row the number of its pack, and its line there. */
  readonly codes: Uint16Array;
  readonly lines: Uint8Array;
}

/** Reads what `encodeSegment` wrote of places. */
export function readPlaces(bytes: Buffer): Places {
  const count = bytes.readUInt32LE(0);
  const end = 4 + count * PACK_BYTES;
  const packs = Array.from({ length: count }, (_, index) => {
    const at = 4 + index * PACK_BYTES;
    return { id: uuidOf(bytes.toString("hex", at, at + 16)), writtenUs: bytes.readDoubleLE(at + 16) };
  });
  const rows = (bytes.length - end) / 3;
  return { packs, codes: readCodes(bytes.subarray(end, end + 2 * rows)), lines: bytes.subarray(end + 2 * rows) };
}

const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");

const NOTHING = Buffer.alloc(0);

/** The entries of a segment, from all its parts. */
export function decodeSegment({ head, firstMs, parts, texts }: Omit<EncodedSegment, "lastMs">): readonly IndexEntry[] {
  const bytes = (part: number): Buffer => parts.get(part) ?? NOTHING;
  const times = readNumbers(bytes(TIMES), true);
  const offsets = readNumbers(bytes(OFFSETS));
  const places = readPlaces(bytes(PLACES));
  const hashes = [SESSIONS, USERS, TRACES].map((part) => (parts.has(part) ? readCoded(bytes(part)) : null));
  const facets = FACETS.map((facet) => ({
    values: head.facets[facet]?.values ?? [NO_VALUE],
    codes: parts.has(facetPart(facet)) ? readCodes(bytes(facetPart(facet))) : null,
  }));
  const measures = MEASURES.map((measure) => readNumbers(bytes(measurePart(measure))));
  const said = readTexts(texts);
  return Array.from({ length: head.calls }, (_, row): IndexEntry => {
    const [session, user, trace] = hashes.map((coded) => coded?.values[coded.codes[row] ?? 0] ?? 0);
    return {
      ms: firstMs + (times[row] ?? 0),
      atOffset: (offsets[row] ?? 0) | 0,
      values: facets.map(({ values, codes }) => values[codes?.[row] ?? 0] ?? NO_VALUE),
      measures: measures.map((column) => column[row] ?? 0),
      session: session ?? 0,
      user: user ?? 0,
      trace: trace ?? 0,
      pack: places.packs[places.codes[row] ?? 0] ?? { id: "", writtenUs: 0 },
      line: places.lines[row] ?? 0,
      text: said.get(row) ?? null,
    };
  });
}
