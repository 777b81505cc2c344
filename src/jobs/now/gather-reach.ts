import type { CallFacts } from "../../domain/call/call-record.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { FullMinute } from "./series-reader.ts";

/** Whom a trouble has reached. `null` is not known, never 0. */
export interface Reach {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly until: number;
  readonly calls: number | null;
  readonly failed: number | null;
  /** Who had a failed call: the user that the client named, else the session. */
  readonly users: { readonly count: number; readonly isAtLeast: boolean } | null;
  /** What all calls of these endpoints have cost in that time. */
  readonly costPico: bigint | null;
  readonly endpoints: readonly { readonly endpoint: string; readonly calls: number; readonly failed: number }[];
}

/** What reach is worked out from. */
export interface ReachSources {
  readonly series: Pick<SeriesStore, "query">;
  readonly calls: Pick<CallStore, "list">;
}

/** Where and when. No endpoint named is the whole environment. */
export interface ReachQuestion {
  readonly environment: string;
  readonly endpoints: readonly string[];
  readonly since: number;
  readonly until: number;
  readonly now: number;
  /** What calls came to by the minute since then, where that is known already. */
  readonly minutes?: readonly FullMinute[];
}

/** Failed calls whose users are counted; of more at least so many users were reached. */
const MOST_CALLS = 500;
const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Whom a trouble has reached, from the tallies of the time and the newest failed calls. */
export async function gatherReach(sources: ReachSources, question: ReachQuestion): Promise<Reach> {
  const { since, until } = question;
  const [sums, users] = await Promise.all([countCalls(sources, question), countUsers(sources, question)]);
  return {
    since,
    until,
    calls: sums.reduce((all, { calls }) => all + calls, 0),
    failed: sums.reduce((all, { failed }) => all + failed, 0),
    users,
    costPico: sums.reduce((all, { costPico }) => all + costPico, 0n),
    endpoints: sums
      .filter(({ failed }) => failed > 0)
      .map(({ endpoint, calls, failed }) => ({ endpoint, calls, failed })),
  };
}

/** Sums by endpoint; minutes that are known already are added up here. */
async function countCalls({ series }: ReachSources, question: ReachQuestion): Promise<readonly EndpointSum[]> {
  const { environment, endpoints, since, until, now, minutes } = question;
  const isMeant = (endpoint: string): boolean => endpoints.length === 0 || endpoints.includes(endpoint);
  if (minutes !== undefined) return addedUp(minutes.filter(({ endpoint }) => isMeant(endpoint)));
  // Minutes are kept for two days, and hours are a sixtieth of them.
  const isLong = until - since > 2 * HOUR_MS || now - since > 2 * DAY_MS - HOUR_MS;
  const spanMs = isLong ? HOUR_MS : MINUTE_MS;
  const { sums } = await series.query({
    span: isLong ? "hour" : "minute",
    from: Math.floor(since / spanMs) * spanMs,
    to: (Math.floor(until / spanMs) + 1) * spanMs,
    by: ["endpoint"],
    where: { environment },
    histograms: [],
    limit: 1_000,
  });
  return sums
    .map(({ members, tally: { calls, failed, costPico } }) => ({
      endpoint: members.endpoint ?? "",
      calls,
      failed,
      costPico,
    }))
    .filter(({ endpoint }) => isMeant(endpoint));
}

interface EndpointSum {
  readonly endpoint: string;
  readonly calls: number;
  readonly failed: number;
  readonly costPico: bigint;
}

function addedUp(minutes: NonNullable<ReachQuestion["minutes"]>): readonly EndpointSum[] {
  const sums = new Map<string, EndpointSum>();
  for (const { endpoint, tally } of minutes) {
    const { calls, failed, costPico } = sums.get(endpoint) ?? { calls: 0, failed: 0, costPico: 0n };
    sums.set(endpoint, {
      endpoint,
      calls: calls + tally.calls,
      failed: failed + tally.failed,
      costPico: costPico + tally.costPico,
    });
  }
  return [...sums.values()];
}

async function countUsers(
  { calls }: ReachSources,
  { environment, endpoints, since, until }: ReachQuestion,
): Promise<Reach["users"]> {
  const [only] = endpoints;
  const found = await calls.list({
    environment,
    ...(endpoints.length === 1 && only !== undefined && { endpoint: only }),
    outcome: "failed",
    since,
    limit: MOST_CALLS,
  });
  const meant = found.filter(
    ({ at, endpoint }) => at <= until && (endpoints.length === 0 || endpoints.includes(endpoint ?? "")),
  );
  const users = new Set(meant.flatMap((facts) => whoOf(facts) ?? []));
  return { count: users.size, isAtLeast: found.length === MOST_CALLS };
}

const whoOf = ({ user, session, keyId }: CallFacts): string | null =>
  user !== undefined ? `user ${user}` : session !== null ? `session ${session.id}` : keyId;
