import type { CallFacts } from "../../domain/call/call-record.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import { partsOf } from "../alerts/tally-between.ts";
import { readFailed } from "./failed-calls.ts";
import type { FailedReader } from "./failed-calls.ts";
import type { FullMinute } from "./series-reader.ts";

/** Whom a trouble has reached: the calls that failed in its time, their users and what they cost. `null` is not known, never 0. */
export interface Reach {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  /** All calls of that time, and those of them that failed. */
  readonly calls: number | null;
  readonly failed: number | null;
  /** Who had a failed call: the user that the client named, else the session. Never more than failed calls. */
  readonly users: { readonly count: number; readonly isAtLeast: boolean } | null;
  /** What the failed calls have cost; at least so much where that is said of users. */
  readonly costPico: bigint | null;
  readonly endpoints: readonly { readonly endpoint: string; readonly calls: number; readonly failed: number }[];
}

/** What reach is worked out from. */
export interface ReachSources {
  readonly series: Pick<SeriesStore, "query">;
  readonly calls: Pick<CallStore, "list">;
  /** Reads the failed calls for whoever asks again and again; absent is that they are read now. */
  readonly failed?: FailedReader;
}

/** Where and when. No endpoint named is the whole environment. */
export interface ReachQuestion {
  readonly environment: string;
  readonly endpoints: readonly string[];
  readonly since: number;
  readonly until: number;
  readonly now: number;
  /** Only calls of this release, by its name. */
  readonly release?: string | null;
  /** What calls came to by the minute since then, where that is known already. */
  readonly minutes?: readonly FullMinute[];
}

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Two hours of minutes of a hundred endpoints. */
const MOST_SUMS = 12_000;

/**
 * Whom a trouble has reached. The failed calls are read one by one, and everything about them is of that one reading; how many
 * there were in all is of the tallies, of the first and the last minute by its part, and may be some seconds behind.
 */
export async function gatherReach(sources: ReachSources, question: ReachQuestion): Promise<Reach> {
  const { since, until } = question;
  const [sums, { calls: read, isAll }] = await Promise.all([
    countCalls(sources, question),
    sources.failed?.read(question) ?? readFailed(sources.calls, question),
  ]);
  const endpoints = new Map(
    sums.map(({ endpoint, calls, failed }): [string, EndpointSum] => [
      endpoint,
      isAll ? { endpoint, calls, failed: 0 } : { endpoint, calls: Math.max(calls, failed), failed },
    ]),
  );
  const counted = new Map<string, number>();
  for (const { endpoint } of read) counted.set(endpoint ?? "", (counted.get(endpoint ?? "") ?? 0) + 1);
  for (const [endpoint, count] of counted) {
    const { calls = 0, failed = 0 } = endpoints.get(endpoint) ?? {};
    const most = Math.max(failed, count);
    endpoints.set(endpoint, { endpoint, calls: Math.max(calls, most), failed: most });
  }
  const all = [...endpoints.values()];
  return {
    since,
    until,
    calls: all.reduce((sum, { calls }) => sum + calls, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
    users: { count: new Set(read.flatMap((facts) => whoOf(facts) ?? [])).size, isAtLeast: !isAll },
    costPico: read.reduce((sum, { costPico }) => sum + costPico, 0n),
    endpoints: all.filter(({ failed }) => failed > 0),
  };
}

interface EndpointSum {
  readonly endpoint: string;
  readonly calls: number;
  readonly failed: number;
}

/** Calls of an endpoint in one cell of so many ms, or in cells that are counted as they are. */
interface CountedCell extends EndpointSum {
  readonly start?: number;
}

/** Sums by endpoint; minutes that are known already are added up here. */
async function countCalls(sources: ReachSources, question: ReachQuestion): Promise<readonly EndpointSum[]> {
  const { endpoints, minutes, release = null } = question;
  const cells =
    minutes !== undefined && release === null
      ? minutes.map(({ start, endpoint, tally: { calls, failed } }) => ({ start, endpoint, calls, failed }))
      : await readCells(sources, question);
  const sums = new Map<string, EndpointSum>();
  const isTold = marginOf(question) > 0;
  const had = new Set(cells.map(({ endpoint, start }) => `${endpoint} ${start}`));
  for (const { start, endpoint, calls, failed } of cells) {
    if (endpoints.length > 0 && !endpoints.includes(endpoint)) continue;
    const [isFirst, isLast] = [-MINUTE_MS, MINUTE_MS].map(
      (ms) => isTold && !had.has(`${endpoint} ${(start ?? 0) + ms}`),
    );
    const part = start === undefined ? 1 : partOf(start, question, { isFirst, isLast });
    if (part === 0) continue;
    const before = sums.get(endpoint) ?? { endpoint, calls: 0, failed: 0 };
    sums.set(endpoint, { endpoint, calls: before.calls + calls * part, failed: before.failed + failed });
  }
  return [...sums.values()].map((sum) => ({ ...sum, calls: Math.round(sum.calls) }));
}

/** Whether a minute is a release's first one with calls, and its last. */
interface ReleaseMinute {
  readonly isFirst?: boolean | undefined;
  readonly isLast?: boolean | undefined;
}

/**
 * How much of a minute lies within the time that is asked about, in [0, 1]: of the one in which a trouble begins only that part of
 * the calls is counted, as only the failures from that second on are. Of a minute under way it is a part of what has passed. A
 * release that began or ended in the minute had none of its calls before, or after: they are all of that time.
 */
function partOf(start: number, { since, until, now }: ReachQuestion, { isFirst, isLast }: ReleaseMinute): number {
  const end = Math.min(start + MINUTE_MS, Math.max(now, start + 1));
  if (start > until || end <= since) return 0;
  const from = isFirst === true ? start : Math.max(start, since);
  const to = isLast === true ? end : Math.min(end, until + 1);
  return Math.min(1, Math.max(0, (to - from) / (end - start)));
}

/** Shorter than that, a time and its neighbours lie in minutes alone. */
const SHORT_MS = HOUR_MS - 4 * MINUTE_MS;

/** Whether a release began or ended in a minute is told by that minute's neighbours; in a long time it makes no difference. */
const marginOf = ({ since, until, release = null }: ReachQuestion): number =>
  release !== null && until - since < SHORT_MS ? MINUTE_MS : 0;

/** Minutes at the edges and hours between them; of a time whose minutes are not kept any more whole hours. */
async function readCells({ series }: ReachSources, question: ReachQuestion): Promise<readonly CountedCell[]> {
  const { environment, since, until, now, release = null } = question;
  const isOld = now - since > 2 * DAY_MS - HOUR_MS;
  const hours = { from: Math.floor(since / HOUR_MS) * HOUR_MS, to: (Math.floor(until / HOUR_MS) + 1) * HOUR_MS };
  const marginMs = marginOf(question);
  const parts = isOld ? [{ span: "hour" as const, ...hours }] : partsOf(since - marginMs, until + 1 + marginMs);
  const answers = await Promise.all(
    parts.map(async ({ span, from, to }): Promise<readonly CountedCell[]> => {
      const { sums } = await series.query({
        span,
        from,
        to,
        ...(span === "minute" && { stepMs: MINUTE_MS }),
        by: ["endpoint"],
        where: { environment, ...(release !== null && { release }) },
        histograms: [],
        limit: MOST_SUMS,
      });
      return sums.map(({ start, members, tally: { calls, failed } }) => ({
        ...(start !== undefined && { start }),
        endpoint: members.endpoint ?? "",
        calls,
        failed,
      }));
    }),
  );
  return answers.flat();
}

const whoOf = ({ user, session, keyId }: CallFacts): string | null =>
  user !== undefined ? `user ${user}` : session !== null ? `session ${session.id}` : keyId;
