import type { CallFacts } from "../domain/call/call-record.ts";
import type { Traffic } from "../domain/rollout/check-reach.ts";
import type { ChannelName } from "../domain/traffic/route.ts";
import type { CallStore } from "../ports/call-store.ts";

const DAY_MS = 24 * 60 * 60_000;
const LOOK_BACK_MS = 60 * 60_000;
/** Calls that are read: a few dozen packs. */
const MOST_CALLS = 1_000;
/** Fewer new sessions, or a shorter time, say nothing of a day. */
const LEAST_SESSIONS = 20;
const LEAST_MS = 10_000;

/** The sessions that begin on an endpoint at present, from its recorded calls; `null` where there are too few. `now` is epoch ms. */
export async function presentTraffic(
  calls: Pick<CallStore, "list">,
  { endpoint, environment }: ChannelName,
  now: number,
): Promise<Traffic | null> {
  const found = await calls.list({ endpoint, environment, since: now - LOOK_BACK_MS, limit: MOST_CALLS });
  return arriving(found);
}

/**
 * How many sessions begin: those of the newer half of the time that the older half has not seen. Of all sessions that
 * are heard of within minutes most may have gone on for an hour.
 */
function arriving(calls: readonly CallFacts[]): Traffic | null {
  const times = calls.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const halfMs = (last - first) / 2;
  if (halfMs < LEAST_MS) return null;
  const [older, newer] = [new Set<string>(), new Set<string>()];
  for (const call of calls) (call.at < first + halfMs ? older : newer).add(sessionOf(call));
  const begun = [...newer].filter((session) => !older.has(session)).length;
  return begun < LEAST_SESSIONS ? null : { sessionsPerDay: (begun / halfMs) * DAY_MS, source: "present" };
}

const sessionOf = ({ id, keyId, session }: CallFacts): string => `${keyId}/${session?.id ?? id}`;
