import type { CallFacts } from "../../domain/call/call-record.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
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

/**
 * Whom a trouble has reached. The failed calls are read one by one, and everything about them is of that one reading; how many
 * there were in all is of the tallies, by whole minutes, and may be some seconds behind.
 */
export async function gatherReach(sources: ReachSources, question: ReachQuestion): Promise<Reach> {
  const { since, until } = question;
  const [sums, { calls: read, isAll }] = await Promise.all([
    countCalls(sources, question),
    sources.failed?.read(question) ?? readFailed(sources.calls, question),
  ]);
  const endpoints = new Map(sums.map((sum) => [sum.endpoint, { ...sum, failed: isAll ? 0 : sum.failed }]));
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

/** Sums by endpoint; minutes that are known already are added up here. */
async function countCalls({ series }: ReachSources, question: ReachQuestion): Promise<readonly EndpointSum[]> {
  const { environment, endpoints, since, until, now, minutes, release = null } = question;
  const isMeant = (endpoint: string): boolean => endpoints.length === 0 || endpoints.includes(endpoint);
  if (minutes !== undefined && release === null) return addedUp(minutes.filter(({ endpoint }) => isMeant(endpoint)));
  // Minutes are kept for two days, and hours are a sixtieth of them.
  const isLong = until - since > 2 * HOUR_MS || now - since > 2 * DAY_MS - HOUR_MS;
  const spanMs = isLong ? HOUR_MS : MINUTE_MS;
  const { sums } = await series.query({
    span: isLong ? "hour" : "minute",
    from: Math.floor(since / spanMs) * spanMs,
    to: (Math.floor(until / spanMs) + 1) * spanMs,
    by: ["endpoint"],
    where: { environment, ...(release !== null && { release }) },
    histograms: [],
    limit: 1_000,
  });
  return sums
    .map(({ members, tally: { calls, failed } }) => ({ endpoint: members.endpoint ?? "", calls, failed }))
    .filter(({ endpoint }) => isMeant(endpoint));
}

interface EndpointSum {
  readonly endpoint: string;
  readonly calls: number;
  readonly failed: number;
}

function addedUp(minutes: NonNullable<ReachQuestion["minutes"]>): readonly EndpointSum[] {
  const sums = new Map<string, EndpointSum>();
  for (const { endpoint, tally } of minutes) {
    const { calls, failed } = sums.get(endpoint) ?? { calls: 0, failed: 0 };
    sums.set(endpoint, { endpoint, calls: calls + tally.calls, failed: failed + tally.failed });
  }
  return [...sums.values()];
}

const whoOf = ({ user, session, keyId }: CallFacts): string | null =>
  user !== undefined ? `user ${user}` : session !== null ? `session ${session.id}` : keyId;
