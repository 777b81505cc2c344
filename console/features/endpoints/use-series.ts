import type { showSeries } from "../../../src/contract/series.ts";
import type { Answer } from "../../lib/api.ts";
import { useApi } from "../../lib/use-api.ts";
import { useNow } from "../../lib/time.ts";

/** Sums of calls by time and group, as the API shows them. */
export type SeriesView = Answer<typeof showSeries>;

/** What the calls of one step and group came to. */
export type SeriesSum = SeriesView["data"][number];

/** What to look at: the newest so many hours, in steps. */
export interface SeriesWish {
  readonly hours: number;
  /** `null` is one sum of everything. */
  readonly stepSeconds: number | null;
  readonly by: string;
  readonly endpoint?: string;
}

const MINUTE_MS = 60_000;

/** Series up to now; asked again every minute, when the next one is complete. */
export function useSeries({ hours, stepSeconds, by, endpoint }: SeriesWish) {
  const until = Math.ceil(useNow() / MINUTE_MS) * MINUTE_MS;
  const since = floorTo(until - hours * 3_600_000, (stepSeconds ?? 60) * 1_000);
  return useApi<typeof showSeries>("/api/series", {
    query: {
      since: new Date(since).toISOString(),
      until: new Date(until).toISOString(),
      step_seconds: stepSeconds,
      by,
      endpoint,
      limit: 5_000,
    },
  });
}

const floorTo = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs;

/** The instants of a view's steps, epoch milliseconds. */
export function stepsOf({ since, until }: SeriesView, stepSeconds: number): readonly number[] {
  const from = Date.parse(since);
  const steps = Math.max(1, Math.ceil((Date.parse(until) - from) / (stepSeconds * 1_000)));
  return Array.from({ length: steps }, (_, index) => from + index * stepSeconds * 1_000);
}

/** One value per step; `null` where nothing was called then. */
export function valuesAt(
  times: readonly number[],
  sums: readonly SeriesSum[],
  value: (sum: SeriesSum) => number | null,
): readonly (number | null)[] {
  const byTime = new Map(sums.map((sum) => [sum.at === null ? 0 : Date.parse(sum.at), sum]));
  return times.map((time) => {
    const sum = byTime.get(time);
    return sum === undefined ? null : value(sum);
  });
}

/** Sums of several steps as one: what can be added. */
export interface SeriesTotal {
  readonly calls: number;
  readonly failed: number;
  readonly costUsd: number;
}

/** Adds steps up. */
export function totalOf(sums: readonly SeriesSum[]): SeriesTotal {
  return {
    calls: sums.reduce((sum, each) => sum + each.calls, 0),
    failed: sums.reduce((sum, each) => sum + each.failed, 0),
    costUsd: sums.reduce((sum, each) => sum + Number(each.cost_pico), 0) / 1e12,
  };
}

/** Failed calls of all; `null` without any. */
export const errorShare = ({ calls, failed }: Pick<SeriesTotal, "calls" | "failed">): number | null =>
  calls === 0 ? null : failed / calls;
