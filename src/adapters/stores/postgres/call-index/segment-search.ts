import { FACETS, MEASURES, NO_MEASURE, NO_VALUE } from "../../../../domain/call/call-search.ts";
import type { CallSearch, Facet } from "../../../../domain/call/call-search.ts";
import { hashWord } from "../../../../domain/call/search-words.ts";
import { callIdOfTrace } from "../../../../domain/trace/trace-ids.ts";
import { ulidTime } from "../../../../kit/ulid.ts";
import { isCallId } from "../day.ts";
import { readCoded, readCodes, readNumbers } from "./columns.ts";
import { hashText } from "./index-entry.ts";
import { facetPart, measurePart, OFFSETS, SESSIONS, TIMES, TRACES, USERS, wordsPart } from "./segment-parts.ts";
import type { SegmentHead } from "./segment-codec.ts";
import type { SegmentPlace } from "./segment-store.ts";
import { rowsOf } from "./word-postings.ts";

/** A search with what it looks up in every segment. */
export interface CompiledSearch {
  readonly search: CallSearch;
  readonly hashes: { readonly session: number | null; readonly user: number | null; readonly trace: number | null };
  /** Times in ids of calls that are meant; `null` where any may be. */
  readonly times: ReadonlySet<number> | null;
  readonly words: readonly number[];
  readonly without: readonly number[];
}

/** Prepares a search. */
export function compileSearch(search: CallSearch): CompiledSearch {
  const { session, user, trace, words = [], without = [], ids } = search;
  // A call without a session is one of its own, under its id, and has no other mark of it.
  const own = session !== undefined && isCallId(session) ? new Set([session]) : undefined;
  return {
    search,
    hashes: {
      session: session === undefined || own !== undefined ? null : hashText(session),
      user: user === undefined ? null : hashText(user),
      trace: trace === undefined ? null : hashText(trace),
    },
    times: timesIn(ids ?? own),
    words: words.map(hashWord),
    without: without.map(hashWord),
  };
}

const timesIn = (ids: ReadonlySet<string> | undefined): ReadonlySet<number> | null =>
  ids === undefined ? null : new Set([...ids].map((id) => ulidTime(id) ?? -1));

/** Whether a segment can have a call that meets all but so many of the facets that are looked for, as far as its head says. */
export function mayHave(
  { head, place }: { readonly head: SegmentHead; readonly place: SegmentPlace },
  { search, hashes, times }: CompiledSearch,
  mostMissed = 0,
): boolean {
  const { facets = {}, ranges = {}, words = [] } = search;
  const missed = FACETS.filter(
    (facet) => facets[facet]?.some((value) => (head.facets[facet]?.values ?? [NO_VALUE]).includes(value)) === false,
  );
  const measures = MEASURES.every((measure) => {
    const range = ranges[measure];
    const [least, most] = head.bounds[measure] ?? [0, NO_MEASURE];
    return (
      range === undefined ||
      ((range.to === undefined || least <= range.to) && (range.from === undefined || most >= range.from))
    );
  });
  return (
    missed.length <= mostMissed &&
    measures &&
    (hashes.user === null || head.hasUsers) &&
    (words.length === 0 || head.textDays.length > 0) &&
    (times === null || [...times].some((ms) => ms >= place.firstMs && ms <= place.lastMs))
  );
}

/** Parts that a search reads of a segment. */
export function partsFor(
  { search, hashes, times, words, without }: CompiledSearch,
  head: SegmentHead,
): { readonly columns: readonly number[]; readonly texts: readonly number[] } {
  const { facets = {}, ranges = {}, since, until } = search;
  const columns = [TIMES];
  if (since !== undefined || until !== undefined) columns.push(OFFSETS);
  if (hashes.session !== null) columns.push(SESSIONS);
  if (hashes.user !== null) columns.push(USERS);
  if (hashes.trace !== null) columns.push(TRACES);
  for (const measure of MEASURES) if (ranges[measure] !== undefined) columns.push(measurePart(measure));
  for (const facet of FACETS) if (facets[facet] !== undefined) columns.push(facetPart(facet));
  void times;
  return { columns, texts: head.textDays.length === 0 ? [] : [...words, ...without].map(wordsPart) };
}

/** The parts of a segment that were read, texts by their days. */
export interface SegmentData {
  readonly place: SegmentPlace;
  readonly head: SegmentHead;
  readonly columns: ReadonlyMap<number, Buffer>;
  readonly texts: ReadonlyMap<number, ReadonlyMap<number, Buffer>>;
}

/** Times in the ids of a segment's calls, after its first. */
export const timesOf = ({ columns }: SegmentData): Uint32Array =>
  readNumbers(columns.get(TIMES) ?? Buffer.alloc(0), true);

/** A segment's values of a facet and which each row has; `codes` is `null` where all have the first. */
export function facetColumn(
  { head, columns }: SegmentData,
  facet: Facet,
): { readonly values: readonly string[]; readonly codes: Uint16Array | null } {
  const part = columns.get(facetPart(facet));
  return { values: head.facets[facet]?.values ?? [NO_VALUE], codes: part === undefined ? null : readCodes(part) };
}

/** Marks the rows that fail what a search asks of anything but facets: 1 for those that do. Rows that fail already stay. */
export function failRows(data: SegmentData, compiled: CompiledSearch, failed: Uint8Array): void {
  failMeasures(data, compiled, failed);
  failOthers(data, SESSIONS, { wanted: compiled.hashes.session, failed });
  failOthers(data, USERS, { wanted: compiled.hashes.user, failed });
  failWords(data, compiled, failed);
  failTimes(data, compiled, failed);
}

/** Conditions on time, and on a trace, which stands for a time too. Times are read only where something is left. */
function failTimes(data: SegmentData, { search, hashes, times: meant }: CompiledSearch, failed: Uint8Array): void {
  const { since = -Infinity, until = Infinity, trace } = search;
  const { place, columns } = data;
  const offsets = columns.get(OFFSETS);
  const isBounded = offsets !== undefined && (since !== -Infinity || until !== Infinity);
  if ((!isBounded && meant === null && trace === undefined) || !failed.includes(0)) return;
  const times = timesOf(data);
  const numbers = isBounded ? readNumbers(offsets) : null;
  const own = trace === undefined ? null : ulidTime(callIdOfTrace(trace));
  const traces = columns.get(TRACES);
  const coded = trace === undefined || traces === undefined ? null : readCoded(traces);
  for (let row = 0; row < failed.length; row += 1) {
    if (failed[row] !== 0) continue;
    const ms = place.firstMs + (times[row] ?? 0);
    const at = ms + ((numbers?.[row] ?? 0) | 0);
    const isJoined = coded !== null && coded.values[coded.codes[row] ?? 0] === hashes.trace;
    // Arrivals are whole here and may have a fraction: those of the edges are looked at again.
    const isOut = numbers !== null && (at + 1 <= since || at >= until);
    if (isOut || (meant !== null && !meant.has(ms)) || (trace !== undefined && !isJoined && ms !== own))
      failed[row] = 1;
  }
}

function failMeasures({ columns }: SegmentData, { search: { ranges = {} } }: CompiledSearch, failed: Uint8Array): void {
  for (const measure of MEASURES) {
    const range = ranges[measure];
    const part = columns.get(measurePart(measure));
    if (range === undefined || part === undefined) continue;
    const count = failed.length;
    const { from = 0, to = NO_MEASURE - 1 } = range;
    // Byte planes as `writeNumbers` made them, of the rows that are left.
    for (let row = 0; row < count; row += 1) {
      if (failed[row] !== 0) continue;
      const low = (part[row] ?? 0) + (part[count + row] ?? 0) * 0x1_00;
      const value = low + (part[2 * count + row] ?? 0) * 0x1_00_00 + (part[3 * count + row] ?? 0) * 0x1_00_00_00;
      if (value < from || value > to || value === NO_MEASURE) failed[row] = 1;
    }
  }
}

function failOthers(
  { columns }: SegmentData,
  part: number,
  { wanted, failed }: { readonly wanted: number | null; readonly failed: Uint8Array },
): void {
  if (wanted === null) return;
  const bytes = columns.get(part);
  const coded = bytes === undefined ? null : readCoded(bytes);
  const code = coded === null ? -1 : coded.values.indexOf(wanted);
  if (coded === null || code < 0) failed.fill(1);
  else for (let row = 0; row < failed.length; row += 1) if (coded.codes[row] !== code) failed[row] = 1;
}

function failWords({ head, texts }: SegmentData, { words, without }: CompiledSearch, failed: Uint8Array): void {
  for (const hash of words) {
    const has = rowsWith(hash, head.calls, texts);
    for (let row = 0; row < failed.length; row += 1) if (has[row] === 0) failed[row] = 1;
  }
  for (const hash of without) {
    const has = rowsWith(hash, head.calls, texts);
    for (let row = 0; row < failed.length; row += 1) if (has[row] === 1) failed[row] = 1;
  }
}

function rowsWith(hash: number, count: number, texts: SegmentData["texts"]): Uint8Array {
  const has = new Uint8Array(count);
  for (const parts of texts.values()) {
    const bytes = parts.get(wordsPart(hash));
    if (bytes !== undefined) for (const row of rowsOf(bytes, hash)) has[row] = 1;
  }
  return has;
}

/** Of each value of a facet 1 where it is looked for; `null` where any value will do. */
export function wantedCodes(values: readonly string[], wanted: readonly string[] | undefined): Uint8Array | null {
  if (wanted === undefined) return null;
  return Uint8Array.from(values, (value) => (wanted.includes(value) ? 1 : 0));
}

/** The rows that meet a search, as far as the index can tell, oldest first. */
export function meetingRows(
  data: SegmentData,
  compiled: CompiledSearch,
): { readonly rows: readonly number[]; readonly times: Uint32Array } {
  const failed = new Uint8Array(data.head.calls);
  const { facets = {} } = compiled.search;
  for (const facet of FACETS) {
    const { values, codes } = facets[facet] === undefined ? NO_COLUMN : facetColumn(data, facet);
    const wanted = wantedCodes(values, facets[facet]);
    if (wanted === null || !wanted.includes(0)) continue;
    if (codes === null) failed.fill(1);
    else for (let row = 0; row < failed.length; row += 1) if (wanted[codes[row] ?? 0] === 0) failed[row] = 1;
  }
  failRows(data, compiled, failed);
  const rows: number[] = [];
  for (let row = failed.indexOf(0); row >= 0; row = failed.indexOf(0, row + 1)) rows.push(row);
  return { rows, times: rows.length === 0 ? NO_TIMES : timesOf(data) };
}

const NO_TIMES = new Uint32Array(0);

const NO_COLUMN = { values: [], codes: null } as const;
