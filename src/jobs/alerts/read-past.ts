import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { histogramsOf } from "../../domain/alerts/read-signal.ts";
import type { SeriesHistogram } from "../../domain/series/series-cell.ts";
import { histogramsFor } from "../../domain/slo/burn.ts";
import { HOUR_MS } from "../../domain/spend/spend-book.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { PastCell } from "./past-facts.ts";
import { isNamed } from "./tally-between.ts";

/** Where the past is read from. */
export interface PastSource {
  readonly environment: string;
  readonly series: Pick<SeriesStore, "query">;
}

/** Which stretch is looked at, and how often. */
export interface PastStretch {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  /** The length of an hour, or `FINE_MS`. */
  readonly stepMs: number;
  /** How far before `since` rules look, ms. */
  readonly leadMs: number;
}

/** How often the past is looked at where minutes are kept, ms. */
export const FINE_MS = 5 * 60_000;

const DAY_MS = 24 * HOUR_MS;
/** Cells in one answer: a week of hours, or a day of five minutes, of some sides. */
const MOST_CELLS = 20_000;
/** Endpoints whose past is looked at: those that are configured, then those with the most calls. */
const MOST_ENDPOINTS = 200;

/** How far back rules look before a time, ms. */
export const leadOf = (rules: readonly AlertRule[]): number =>
  Math.max(
    HOUR_MS,
    ...rules.map(({ signal }) => signal.windowMs),
    ...rules.map(({ condition }) => (condition.type === "baseline" ? (condition.days + 1) * DAY_MS : 0)),
  );

/** Endpoints that have a past, or are configured. */
export async function endpointsIn(
  { series, environment }: PastSource,
  { since, until, leadMs }: PastStretch,
  configured: readonly string[],
): Promise<{ readonly endpoints: readonly string[]; readonly isCut: boolean }> {
  const { sums, isCut } = await series.query({
    span: "hour",
    from: Math.floor((since - leadMs) / HOUR_MS) * HOUR_MS,
    to: Math.ceil(until / HOUR_MS) * HOUR_MS,
    by: ["endpoint"],
    where: { environment },
    histograms: [],
    limit: MOST_ENDPOINTS,
  });
  const called = sums.map(({ members: { endpoint = "" } }) => endpoint).filter(isNamed);
  const all = [...new Set([...configured, ...called])];
  return { endpoints: all.slice(0, MOST_ENDPOINTS), isCut: isCut || all.length > MOST_ENDPOINTS };
}

/** What the calls of an endpoint came to, by side: hours, and from an hour before a fine look on five minutes. */
export async function readPast(
  { series, environment }: PastSource,
  { since, until, stepMs, leadMs }: PastStretch,
  { endpoint, histograms }: { readonly endpoint: string; readonly histograms: readonly SeriesHistogram[] },
): Promise<{ readonly cells: readonly PastCell[]; readonly isCut: boolean }> {
  const opens = Math.floor((since - leadMs) / HOUR_MS) * HOUR_MS;
  const fineFrom = stepMs === HOUR_MS ? until : Math.floor(since / HOUR_MS - 1) * HOUR_MS;
  const stretches = [
    { span: "hour", from: opens, to: fineFrom, stepMs: HOUR_MS, pageMs: 7 * DAY_MS },
    { span: "minute", from: fineFrom, to: until, stepMs: FINE_MS, pageMs: DAY_MS },
  ] as const;
  const cells: PastCell[] = [];
  let isCut = false;
  for (const { from, to, pageMs, ...grain } of stretches) {
    for (let start = from; start < to; start += pageMs) {
      const answer = await series.query({
        ...grain,
        from: start,
        to: Math.min(to, start + pageMs),
        by: ["arm"],
        where: { environment, endpoint },
        histograms,
        limit: MOST_CELLS,
      });
      isCut ||= answer.isCut;
      for (const { start: at = start, members, tally } of answer.sums)
        cells.push({ at, arm: members.arm ?? "", tally });
    }
  }
  return { cells, isCut };
}

/** The histograms that rules look at. */
export function histogramsIn(
  rules: readonly AlertRule[],
  { slos }: Pick<AlertSettings, "slos">,
): readonly SeriesHistogram[] {
  const found = rules.flatMap(({ signal, condition }) => {
    const slo = condition.type === "burn" ? slos.find(({ name }) => name === condition.slo) : undefined;
    return slo === undefined ? histogramsOf(signal) : histogramsFor(slo.indicator);
  });
  return [...new Set(found)];
}
