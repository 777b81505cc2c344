import { OTHER, SPAN_KEPT_MS } from "../../domain/series/series-cell.ts";
import type { SeriesHistogram, SeriesMembers, SeriesTally } from "../../domain/series/series-cell.ts";
import { addTally, openTally } from "../../domain/series/tally.ts";
import type { OpenTally } from "../../domain/series/tally.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { SeriesStore, SeriesSum } from "../../ports/series-store.ts";

/** Which calls are added up: those that ended from `from` to before `to`, epoch ms, to the minute. */
export interface TallyQuery {
  readonly from: number;
  readonly to: number;
  readonly where: Partial<SeriesMembers>;
  readonly histograms: readonly SeriesHistogram[];
}

const MINUTE_MS = 60_000;
/** Up to this length minutes are added up alone: two hours, which touch one minute more. */
const BY_MINUTES_MS = 2 * HOUR_MS + MINUTE_MS;
const MOST_ENDPOINTS = 1_000;

/** Whether calls under a name belong to an endpoint. */
export const isNamed = (endpoint: string): boolean => endpoint !== "" && endpoint !== OTHER;

/**
 * What calls came to, by endpoint: full hours from the cells of hours, what is before and after from those of minutes, as far
 * as they are kept.
 */
export async function tallyBetween(
  series: Pick<SeriesStore, "query">,
  { from, to, where, histograms }: TallyQuery,
  remember: RememberSums = (_, read) => read(),
): Promise<ReadonlyMap<string, SeriesTally>> {
  const sums = new Map<string, OpenTally>();
  for (const part of partsOf(from, to)) {
    const read = async (): Promise<readonly SeriesSum[]> =>
      (await series.query({ ...part, by: ["endpoint"], where, histograms, limit: MOST_ENDPOINTS })).sums;
    const key = JSON.stringify([part.from, part.to, where, histograms]);
    for (const { members, tally } of await (part.span === "hour" ? remember(key, read) : read())) {
      const endpoint = members.endpoint ?? "";
      if (!isNamed(endpoint)) continue;
      const sum = sums.get(endpoint) ?? openTally();
      addTally(sum, tally);
      sums.set(endpoint, sum);
    }
  }
  return sums;
}

/** Hours that are over change no more, but for what a server could not write in time: they need not be read whenever somebody asks. */
export type RememberSums = (key: string, read: () => Promise<readonly SeriesSum[]>) => Promise<readonly SeriesSum[]>;

interface Part {
  readonly span: "minute" | "hour";
  readonly from: number;
  readonly to: number;
}

/** A stretch in pieces of whole minutes and hours. */
export function partsOf(from: number, to: number): readonly Part[] {
  const first = Math.floor(from / MINUTE_MS) * MINUTE_MS;
  const last = Math.ceil(to / MINUTE_MS) * MINUTE_MS;
  if (last - first <= BY_MINUTES_MS) return [{ span: "minute", from: first, to: last }];
  // The last seconds of an hour are written some seconds after its end.
  const [opens, closes] = [hourOf(first + HOUR_MS - 1), hourOf(to - MINUTE_MS)];
  const parts: readonly Part[] = [
    { span: "minute", from: first, to: opens },
    { span: "hour", from: opens, to: closes },
    { span: "minute", from: closes, to: last },
  ];
  const keptFrom = to - SPAN_KEPT_MS.minute + HOUR_MS;
  return parts.filter((part) => part.from < part.to && (part.span === "hour" || part.from >= keptFrom));
}
