import { hasWords } from "../../../../domain/call/call-search.ts";
import type { CallSearch, Facet } from "../../../../domain/call/call-search.ts";
import type { CallTally, TallyTerms } from "../../../../ports/call-index.ts";
import { breathe } from "./breathe.ts";
import { encodeSegment } from "./segment-codec.ts";
import { entryOf } from "./index-entry.ts";
import type { FindTerms } from "./find-calls.ts";
import { facetPart } from "./segment-parts.ts";
import { boundsOf } from "./segment-reader.ts";
import { compileSearch } from "./segment-search.ts";
import type { SegmentData } from "./segment-search.ts";
import type { SegmentPlace } from "./segment-store.ts";
import { tallySegment } from "./tally-segment.ts";
import type { RunningTally } from "./tally-segment.ts";
import { countWaiting, readWaiting, waitingPlaces } from "./waiting-calls.ts";
import type { WaitingCall, WaitingPlace } from "./waiting-calls.ts";

/** Calls that are counted at most, the newest: beyond, a count says that it is cut. */
export const TALLY_CALLS = 2_000_000;
/** Packs that wait that are counted: some seconds of full load. */
const TALLY_WAITING = 128;
const SEGMENTS_AT_ONCE = 16;

/** Counts calls. Throws `SegmentGone`. */
export async function tallyCalls(
  { db, reader }: FindTerms,
  search: CallSearch,
  { facets, spans, now }: TallyTerms,
): Promise<CallTally> {
  const compiled = compileSearch(search);
  const bounds = boundsOf(search);
  const waiting = await waitingIn({ db, reader }, search);
  const all = await reader.places(bounds, "newest");
  const places = within(all);
  const oldest = [...places, ...waiting.places].reduce((least, { firstMs }) => Math.min(least, firstMs), now);
  const tally = startTally({ facets, spans, firstAt: search.since ?? oldest, endAt: search.until ?? now });
  const more = ["outcome" as const, ...facets].map(facetPart);
  // A facet is counted without the choice that is made of it: a segment may lack what is chosen of one.
  const likely = hasWords(search) || search.ids !== undefined ? await reader.likely(places, compiled, 1) : places;
  for (const place of places) if (!likely.includes(place)) tally.looked += place.calls;
  for (let start = 0; start < likely.length; start += SEGMENTS_AT_ONCE) {
    const group = likely.slice(start, start + SEGMENTS_AT_ONCE);
    for (const data of await reader.load(group, compiled, more)) {
      tallySegment(data, compiled, tally);
      await breathe();
    }
  }
  if (!hasWords(search)) {
    const calls = await readWaiting(db, waiting.places);
    for (const data of segmentsOf(calls)) tallySegment(data, compiled, tally);
  }
  return tallied(tally, { cut: places.length < all.length, behind: waiting.behind });
}

/** Packs that wait, and how many of them are not counted. */
async function waitingIn(
  { db }: FindTerms,
  search: CallSearch,
): Promise<{ readonly places: readonly WaitingPlace[]; readonly behind: number }> {
  const all = await countWaiting(db);
  if (hasWords(search) || all === 0) return { places: [], behind: all };
  const found = await waitingPlaces(db, {}, { bounds: boundsOf(search), order: "newest", last: null });
  return { places: found.slice(0, TALLY_WAITING), behind: Math.max(0, found.length - TALLY_WAITING) };
}

/** The newest segments up to the bound. */
function within(places: readonly SegmentPlace[]): readonly SegmentPlace[] {
  let calls = 0;
  return places.filter((place) => {
    calls += place.calls;
    return calls - place.calls < TALLY_CALLS;
  });
}

/** Lengths of spans that people read easily, ms. */
const NEAT_MS = [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800].map(
  (seconds) => seconds * 1_000,
);

function startTally({
  facets,
  spans,
  firstAt,
  endAt,
}: {
  readonly facets: readonly Facet[];
  readonly spans: number;
  readonly firstAt: number;
  readonly endAt: number;
}): RunningTally {
  const wide = Math.max(1, endAt - firstAt) / Math.max(1, spans);
  const spanMs = NEAT_MS.find((neat) => neat >= wide) ?? Math.ceil(wide);
  const start = Math.floor(firstAt / spanMs) * spanMs;
  const count = Math.min(spans + 2, Math.floor(Math.max(0, endAt - start) / spanMs) + 1);
  return {
    looked: 0,
    calls: 0,
    failed: 0,
    facets: new Map(facets.map((facet) => [facet, new Map()])),
    spans: { firstAt: start, spanMs, calls: new Float64Array(count), failed: new Float64Array(count) },
  };
}

/** Calls that wait, as segments of their days. */
function segmentsOf(calls: readonly WaitingCall[]): readonly SegmentData[] {
  const once = [...new Map(calls.map((call) => [call.fact.facts.id, call])).values()];
  if (once.length === 0) return [];
  const entries = once.map(({ fact, pack, line }) => entryOf(fact.facts, { pack, line, text: null }));
  const { head, firstMs, lastMs, parts } = encodeSegment(entries);
  return [{ place: { day: 0, id: "", firstMs, lastMs, calls: head.calls }, head, columns: parts, texts: new Map() }];
}

function tallied(
  { looked, calls, failed, facets, spans }: RunningTally,
  more: { readonly cut: boolean; readonly behind: number },
): CallTally {
  return {
    looked,
    calls,
    failed,
    facets: Object.fromEntries(
      [...facets].map(([facet, counts]) => [facet, [...counts].toSorted((a, b) => b[1] - a[1])]),
    ),
    spans: Array.from(spans.calls, (count, index) => ({
      at: spans.firstAt + index * spans.spanMs,
      calls: count,
      failed: spans.failed[index] ?? 0,
    })),
    spanMs: spans.spanMs,
    ...more,
  };
}
