import { FACETS } from "../../../../domain/call/call-search.ts";
import type { CallSearch, Facet } from "../../../../domain/call/call-search.ts";
import { failRows, facetColumn, timesOf, wantedCodes } from "./segment-search.ts";
import type { CompiledSearch, SegmentData } from "./segment-search.ts";

/** Counts that grow segment by segment. */
export interface RunningTally {
  looked: number;
  calls: number;
  failed: number;
  readonly facets: ReadonlyMap<Facet, Map<string, number>>;
  /** Calls and failures by span. */
  readonly spans: {
    readonly firstAt: number;
    readonly spanMs: number;
    readonly calls: Float64Array;
    readonly failed: Float64Array;
  };
}

/** Failed everything at once: no other choice of a facet would let it in. */
const OUT = 255;

/** Adds the calls of a segment that meet a search, and of each facet those that miss nothing else. */
export function tallySegment(data: SegmentData, compiled: CompiledSearch, tally: RunningTally): void {
  const { calls } = data.head;
  const times = timesOf(data);
  const misses = new Uint8Array(calls);
  failRows(data, compiled, misses);
  for (let row = 0; row < calls; row += 1) if (misses[row] === 1) misses[row] = OUT;
  const missed = missFacets(data, compiled.search, misses);
  for (const [facet, counts] of tally.facets) countFacet(data, facet, { misses, missed, counts });
  tally.looked += calls;
  const outcomes = facetColumn(data, "outcome");
  const isFailed = outcomes.values.map((value) => (value === "failed" ? 1 : 0));
  const { firstAt, spanMs, calls: spanCalls, failed: spanFailed } = tally.spans;
  for (let row = 0; row < calls; row += 1) {
    if (misses[row] !== 0) continue;
    const failure = isFailed[outcomes.codes === null ? 0 : (outcomes.codes[row] ?? 0)] ?? 0;
    tally.calls += 1;
    tally.failed += failure;
    const span = Math.floor((data.place.firstMs + (times[row] ?? 0) - firstAt) / spanMs);
    if (span < 0 || span >= spanCalls.length) continue;
    spanCalls[span] = (spanCalls[span] ?? 0) + 1;
    spanFailed[span] = (spanFailed[span] ?? 0) + failure;
  }
}

/** Counts the misses of each row; of one that misses a single facet the answer says which. */
function missFacets(data: SegmentData, { facets = {} }: CallSearch, misses: Uint8Array): Uint8Array {
  const missed = new Uint8Array(misses.length);
  for (const [index, facet] of FACETS.entries()) {
    const chosen = facets[facet];
    if (chosen === undefined) continue;
    const { values, codes } = facetColumn(data, facet);
    const wanted = wantedCodes(values, chosen);
    for (let row = 0; row < misses.length; row += 1) {
      if (misses[row] === OUT || wanted?.[codes === null ? 0 : (codes[row] ?? 0)] === 1) continue;
      misses[row] = misses[row] === 0 ? 1 : OUT;
      missed[row] = index;
    }
  }
  return missed;
}

function countFacet(
  data: SegmentData,
  facet: Facet,
  {
    misses,
    missed,
    counts,
  }: { readonly misses: Uint8Array; readonly missed: Uint8Array; readonly counts: Map<string, number> },
): void {
  const index = FACETS.indexOf(facet);
  const { values, codes } = facetColumn(data, facet);
  const byCode = new Uint32Array(values.length);
  for (let row = 0; row < misses.length; row += 1) {
    const miss = misses[row];
    if (miss === 0 || (miss === 1 && missed[row] === index)) {
      const code = codes === null ? 0 : (codes[row] ?? 0);
      byCode[code] = (byCode[code] ?? 0) + 1;
    }
  }
  for (const [code, value] of values.entries()) {
    const count = byCode[code] ?? 0;
    if (count > 0) counts.set(value, (counts.get(value) ?? 0) + count);
  }
}
