import type { Kysely } from "kysely";
import { hasWords, meetsSearch } from "../../../../domain/call/call-search.ts";
import type { CallSearch } from "../../../../domain/call/call-search.ts";
import { ulidTime } from "../../../../kit/ulid.ts";
import type { CallPage } from "../../../../ports/call-index.ts";
import type { Tables } from "../tables.ts";
import { breathe } from "./breathe.ts";
import { resolveRows } from "./resolve-rows.ts";
import type { FoundRow, ResolvedCall } from "./resolve-rows.ts";
import { boundsOf } from "./segment-reader.ts";
import type { SegmentReader, TimeBounds } from "./segment-reader.ts";
import { compileSearch, meetingRows } from "./segment-search.ts";
import type { CompiledSearch, SegmentData } from "./segment-search.ts";
import type { SegmentPlace } from "./segment-store.ts";
import { PLACES_AT_ONCE, readWaiting, waitingPlaces } from "./waiting-calls.ts";
import type { WaitingPlace } from "./waiting-calls.ts";

/** Segments and packs that are read at once: few at first, because most searches end there. */
const FIRST_GROUP = 2;
const LARGEST_GROUP = 16;

/** What finding is plugged into. */
export interface FindTerms {
  readonly db: Kysely<Tables>;
  readonly reader: SegmentReader;
}

/** One call that is found, in a segment or in a pack that waits. */
type Candidate = { readonly ms: number } & ({ readonly row: FoundRow } | { readonly call: ResolvedCall });

/** Where calls may be, in the order of the search. */
type Source = { readonly firstMs: number; readonly lastMs: number } & (
  | { readonly type: "segment"; readonly place: SegmentPlace }
  | { readonly type: "waiting"; readonly place: WaitingPlace }
);

/** A search under way: what it looks for, and which page. */
interface Walk extends FindTerms {
  readonly compiled: CompiledSearch;
  readonly page: CallPage;
  readonly bounds: TimeBounds;
  /** How many candidates are enough: more than the page has where some may turn out to be none. */
  readonly enough: number;
}

/** A page of calls in order, each once. Throws `SegmentGone`. */
export async function findCalls(
  terms: FindTerms,
  search: CallSearch,
  page: CallPage,
): Promise<readonly ResolvedCall[]> {
  const compiled = compileSearch(search);
  const cursor = page.after === undefined ? null : ulidTime(page.after);
  const { fromMs, toMs } = boundsOf(search);
  const bounds =
    page.order === "newest"
      ? { fromMs, toMs: Math.min(toMs, cursor ?? toMs) }
      : { fromMs: Math.max(fromMs, cursor ?? fromMs), toMs };
  for (let enough = page.limit; ; enough *= 4) {
    const { candidates, isAll } = await gather({ ...terms, compiled, page, bounds, enough });
    const calls = await resolve({ ...terms, compiled, page }, candidates);
    if (calls.length >= page.limit || isAll) return calls.slice(0, page.limit);
  }
}

async function gather(walk: Walk): Promise<{ readonly candidates: readonly Candidate[]; readonly isAll: boolean }> {
  const { page, enough } = walk;
  const isNewest = page.order === "newest";
  const sources = await sourcesOf(walk);
  let candidates: Candidate[] = [];
  let size = FIRST_GROUP;
  for (let start = 0; start < sources.length;) {
    const group = sources.slice(start, start + size);
    start += group.length;
    size = Math.min(LARGEST_GROUP, size * 2);
    for (const found of await search(walk, group)) candidates.push(found);
    candidates = candidates.toSorted((a, b) => (isNewest ? b.ms - a.ms : a.ms - b.ms));
    const last = candidates[enough - 1];
    if (last === undefined) continue;
    // Those of the same millisecond are told apart by their ids, which are not known yet.
    candidates = candidates.filter(({ ms }) => (isNewest ? ms >= last.ms : ms <= last.ms));
    const next = sources[start];
    if (next !== undefined && (isNewest ? last.ms > next.lastMs : last.ms < next.firstMs))
      return { candidates, isAll: false };
  }
  return { candidates, isAll: candidates.length < enough };
}

/** Packs that wait are looked up first: one that is taken in meanwhile is then seen twice, and never not at all. */
async function sourcesOf({ db, reader, compiled, page: { order }, bounds }: Walk): Promise<readonly Source[]> {
  const sources: Source[] = [];
  for (let last: WaitingPlace | null = null; !hasWords(compiled.search);) {
    const waiting: readonly WaitingPlace[] = await waitingPlaces(db, compiled.search, { bounds, order, last });
    for (const place of waiting) sources.push({ type: "waiting", firstMs: place.firstMs, lastMs: place.lastMs, place });
    last = waiting.at(-1) ?? null;
    if (waiting.length < PLACES_AT_ONCE) break;
  }
  for (const place of await reader.likely(await reader.places(bounds, order), compiled)) {
    sources.push({ type: "segment", firstMs: place.firstMs, lastMs: place.lastMs, place });
  }
  return sources.toSorted((a, b) => (order === "newest" ? b.lastMs - a.lastMs : a.firstMs - b.firstMs));
}

async function search(walk: Walk, group: readonly Source[]): Promise<readonly Candidate[]> {
  const { db, reader, compiled, bounds } = walk;
  const found: Candidate[] = [];
  const segments = group.flatMap((source) => (source.type === "segment" ? [source.place] : []));
  for (const data of await reader.load(segments, compiled)) {
    for (const row of firstRows(data, walk)) found.push({ ms: row.ms, row });
    await breathe();
  }
  const waiting = group.flatMap((source) => (source.type === "waiting" ? [source.place] : []));
  for (const { fact, pack } of await readWaiting(db, waiting)) {
    const ms = ulidTime(fact.facts.id) ?? 0;
    if (ms < bounds.fromMs || ms > bounds.toMs || !meetsSearch(fact.facts, compiled.search)) continue;
    found.push({ ms, call: { ...fact, writtenUs: pack.writtenUs, found: null } });
  }
  return found;
}

/** Of the rows that meet a search the first in its order: as many as are enough, and all of the last one's millisecond. */
function firstRows(data: SegmentData, { compiled, bounds, enough, page }: Walk): readonly FoundRow[] {
  const { rows, times } = meetingRows(data, compiled);
  const found: FoundRow[] = [];
  const step = page.order === "newest" ? -1 : 1;
  for (let at = step < 0 ? rows.length - 1 : 0; at >= 0 && at < rows.length; at += step) {
    const row = rows[at] ?? 0;
    const ms = data.place.firstMs + (times[row] ?? 0);
    if (ms < bounds.fromMs || ms > bounds.toMs) continue;
    if (found.length >= enough && found.at(-1)?.ms !== ms) break;
    found.push({ place: data.place, row, ms });
  }
  return found;
}

/** Looks at the facts of all candidates: what the index says is looked at again, and a call counts once. */
async function resolve(
  { db, reader, compiled, page }: Omit<Walk, "bounds" | "enough">,
  candidates: readonly Candidate[],
): Promise<readonly ResolvedCall[]> {
  const rows = candidates.flatMap((one) => ("row" in one ? [one.row] : []));
  const waiting = candidates.flatMap((one) => ("call" in one ? [one.call] : []));
  const byId = new Map<string, ResolvedCall>();
  for (const call of [...waiting, ...(await resolveRows({ db, reader }, rows))]) {
    const { id } = call.facts;
    const known = byId.get(id);
    if (known !== undefined && (known.writtenUs < call.writtenUs || known.found !== null)) continue;
    if (meetsSearch(call.facts, compiled.search)) byId.set(id, call);
  }
  const { after, order } = page;
  const isNewest = order === "newest";
  return [...byId.values()]
    .filter(({ facts: { id } }) => after === undefined || (isNewest ? id < after : id > after))
    .toSorted((a, b) => (a.facts.id < b.facts.id === isNewest ? 1 : -1));
}
