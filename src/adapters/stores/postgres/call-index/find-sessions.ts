import { NO_MEASURE } from "../../../../domain/call/call-search.ts";
import type { CallSearch } from "../../../../domain/call/call-search.ts";
import type { FoundSession } from "../../../../ports/call-index.ts";
import { ulidTime } from "../../../../kit/ulid.ts";
import { breathe } from "./breathe.ts";
import type { FindTerms } from "./find-calls.ts";
import { readCoded, readNumbers } from "./columns.ts";
import { hashText } from "./index-entry.ts";
import { readGistsOf, resolveRows } from "./resolve-rows.ts";
import type { FoundRow } from "./resolve-rows.ts";
import { facetPart, measurePart, OFFSETS, SESSIONS, TIMES } from "./segment-parts.ts";
import { boundsOf } from "./segment-reader.ts";
import { compileSearch, facetColumn, meetingRows, timesOf } from "./segment-search.ts";
import type { SegmentData } from "./segment-search.ts";
import type { SegmentPlace } from "./segment-store.ts";
import { TALLY_CALLS } from "./tally-calls.ts";

const FIRST_GROUP = 2;
const LARGEST_GROUP = 16;

/** A session by its hash, with the newest of its calls that meets the search. */
interface Seen {
  readonly hash: number;
  readonly row: FoundRow;
}

/** Sums over a session's calls. */
interface Sums {
  calls: number;
  failed: number;
  firstAt: number;
  lastAt: number;
  costMicro: number;
  tokens: number;
}

/** Sessions by their newest call that meets a search; those of calls that wait are not among them. Throws `SegmentGone`. */
export async function findSessions(
  terms: FindTerms,
  search: CallSearch,
  { after, limit }: { readonly after?: string; readonly limit: number },
): Promise<readonly FoundSession[]> {
  const { db, reader } = terms;
  const seen = await newestSessions(terms, search, { beforeMs: after === undefined ? null : ulidTime(after), limit });
  const resolved = await resolveRows(
    { db, reader },
    seen.map(({ row }) => row),
  );
  const names = resolved.flatMap(({ facts }) => (facts.session === null ? [] : [facts.session.id]));
  const sums = await sumSessions(terms, search, { hashes: new Set(seen.map(({ hash }) => hash)), names });
  const gists = await readGistsOf(reader, resolved);
  const sessions = resolved.flatMap(({ facts }): FoundSession[] => {
    const session = facts.session?.id;
    const own = session === undefined ? undefined : sums.get(hashText(session));
    if (session === undefined || own === undefined) return [];
    return [{ session, ...own, last: { facts, gist: gists.get(facts.id) ?? null, waits: false } }];
  });
  return sessions.toSorted((a, b) => (a.last.facts.id < b.last.facts.id ? 1 : -1));
}

/** Walks from the newest call; a session that was met before `beforeMs` belongs to an earlier page. */
async function newestSessions(
  { reader }: FindTerms,
  search: CallSearch,
  { beforeMs, limit }: { readonly beforeMs: number | null; readonly limit: number },
): Promise<readonly Seen[]> {
  const compiled = compileSearch(search);
  const places = await reader.likely(await reader.places(boundsOf(search), "newest"), compiled);
  const met = new Map<number, FoundRow>();
  let size = FIRST_GROUP;
  for (let start = 0; start < places.length;) {
    const group = places.slice(start, start + size);
    start += group.length;
    size = Math.min(LARGEST_GROUP, size * 2);
    for (const data of await reader.load(group, compiled, [SESSIONS])) {
      meetSessions(data, meetingRows(data, compiled).rows, met);
      await breathe();
    }
    const chosen = chosenOf(met, beforeMs).slice(0, limit);
    const next = places[start];
    const last = chosen.at(-1);
    if (chosen.length >= limit && (next === undefined || (last !== undefined && last.row.ms > next.lastMs)))
      return chosen;
  }
  return chosenOf(met, beforeMs).slice(0, limit);
}

function meetSessions(data: SegmentData, rows: readonly number[], met: Map<number, FoundRow>): void {
  const { values, codes } = readCoded(data.columns.get(SESSIONS) ?? Buffer.alloc(4));
  const times = timesOf(data);
  for (const row of rows) {
    const hash = values[codes[row] ?? 0] ?? 0;
    if (hash === 0) continue;
    const ms = data.place.firstMs + (times[row] ?? 0);
    const known = met.get(hash);
    if (known === undefined || known.ms < ms) met.set(hash, { place: data.place, row, ms });
  }
}

const chosenOf = (met: ReadonlyMap<number, FoundRow>, beforeMs: number | null): readonly Seen[] =>
  [...met]
    .filter(([, { ms }]) => beforeMs === null || ms < beforeMs)
    .toSorted(([, a], [, b]) => b.ms - a.ms)
    .map(([hash, row]) => ({ hash, row }));

const SUMMED = [TIMES, OFFSETS, SESSIONS, facetPart("outcome"), measurePart("cost"), measurePart("tokens")];

/** Over all calls of the sessions in the same environments, of the newest that are counted. */
async function sumSessions(
  { reader }: FindTerms,
  { facets }: CallSearch,
  { hashes, names }: { readonly hashes: ReadonlySet<number>; readonly names: readonly string[] },
): Promise<ReadonlyMap<number, Sums>> {
  const sums = new Map<number, Sums>();
  if (hashes.size === 0) return sums;
  const environment = facets?.environment;
  const compiled = compileSearch(environment === undefined ? {} : { facets: { environment } });
  const all = newestCalls(await reader.places(boundsOf({}), "newest"));
  const places = await reader.withSessions(all, names);
  for (let start = 0; start < places.length; start += LARGEST_GROUP) {
    const group = places.slice(start, start + LARGEST_GROUP);
    for (const data of await reader.load(group, compiled, SUMMED)) {
      addSums(data, { hashes, sums, rows: meetingRows(data, compiled).rows });
      await breathe();
    }
  }
  return sums;
}

function newestCalls(places: readonly SegmentPlace[]): readonly SegmentPlace[] {
  let calls = 0;
  return places.filter((place) => (calls += place.calls) - place.calls < TALLY_CALLS);
}

function addSums(
  data: SegmentData,
  {
    hashes,
    sums,
    rows,
  }: { readonly hashes: ReadonlySet<number>; readonly sums: Map<number, Sums>; readonly rows: readonly number[] },
): void {
  const { place, columns } = data;
  const { values, codes } = readCoded(columns.get(SESSIONS) ?? Buffer.alloc(4));
  if (!values.some((hash) => hashes.has(hash))) return;
  const wanted = Uint8Array.from(values, (hash) => (hashes.has(hash) ? 1 : 0));
  const times = timesOf(data);
  const numbers = (part: number): Uint32Array => readNumbers(columns.get(part) ?? Buffer.alloc(0));
  const offsets = numbers(OFFSETS);
  const costs = numbers(measurePart("cost"));
  const tokens = numbers(measurePart("tokens"));
  const outcomes = facetColumn(data, "outcome");
  for (const row of rows) {
    const code = codes[row] ?? 0;
    if (wanted[code] !== 1) continue;
    const at = place.firstMs + (times[row] ?? 0) + ((offsets[row] ?? 0) | 0);
    const sum = sums.get(values[code] ?? 0) ?? {
      calls: 0,
      failed: 0,
      firstAt: at,
      lastAt: at,
      costMicro: 0,
      tokens: 0,
    };
    sums.set(values[code] ?? 0, sum);
    sum.calls += 1;
    if (outcomes.values[outcomes.codes?.[row] ?? 0] === "failed") sum.failed += 1;
    sum.firstAt = Math.min(sum.firstAt, at);
    sum.lastAt = Math.max(sum.lastAt, at);
    sum.costMicro += counted(costs[row]);
    sum.tokens += counted(tokens[row]);
  }
}

const counted = (measure: number | undefined): number =>
  measure === undefined || measure === NO_MEASURE ? 0 : measure;
