import type { Change } from "../../domain/changes/change.ts";
import { failingPartsOf } from "../../domain/incidents/failing-parts.ts";
import type { FailingParts } from "../../domain/incidents/failing-parts.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import { likelyCause } from "../../domain/incidents/likely-cause.ts";
import { likelyCure, withdrawalSince } from "../../domain/incidents/likely-cure.ts";
import type { ErrorAssessment, MinuteOfCalls } from "../../domain/now/assess-errors.ts";
import { MINUTE_MS } from "../../domain/now/assess-errors.ts";
import { beganAt } from "../../domain/now/began-at.ts";
import { minutesOf } from "../../domain/now/minutes-of.ts";
import type { TalliedMinute } from "../../domain/now/minutes-of.ts";
import type { AlertNow } from "../../domain/now/situation.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { ChangesDesk } from "./changes-desk.ts";
import type { TroubleClock } from "./trouble-times.ts";

/** How the calls of one endpoint go. */
export interface TroubleQuestion {
  readonly endpoint: string;
  readonly errors: ErrorAssessment;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What is known of a trouble. Times are epoch milliseconds. */
export interface TroubleStory {
  readonly since: number;
  /** When it got well; `null` while it did not. */
  readonly until: number | null;
  readonly cause: Change | null;
  readonly cure: Change | null;
  /** The last withdrawal of a release that fails. */
  readonly answer: Change | null;
}

/** What troubles are told from. */
export interface TroubleSources {
  readonly environment: string;
  readonly series: Pick<SeriesStore, "query">;
  readonly changes: Pick<ChangesDesk, "list">;
  readonly clock: TroubleClock;
  readonly minutes: readonly TalliedMinute[];
  readonly incidents: readonly Incident[];
  readonly alerts: readonly AlertNow[];
}

const HOUR_MS = 60 * MINUTE_MS;
/** Sums of one endpoint: its releases by their models. */
const MOST_PARTS = 500;
/** A change takes hold while calls come: so many of them may have been answered before it by luck. */
const CALLS_LATER = 3;
const LEAST_SLACK_MS = 2_000;

/** Since when an endpoint's calls fail, what that came from, and what it is owed to that they do not any more. `null`: they do not. */
export async function tellTrouble(
  sources: TroubleSources,
  { endpoint, errors, now }: TroubleQuestion,
): Promise<TroubleStory | null> {
  const { environment, clock, incidents, alerts } = sources;
  const times = await clock.times({ environment, endpoint }, errors, now);
  if (times === null) return null;
  const since = beganAt(times.since, { endpoint, incidents, alerts, now });
  const [failing, changes] = await Promise.all([
    readFailing(sources.series, { environment, endpoints: [endpoint], since, until: times.until ?? now }),
    sources.changes.list({ environment, endpoint, since: since - HOUR_MS, until: now + 1 }),
  ]);
  const cause = likelyCause(changes, { startedAt: since, endpoints: [endpoint], failing });
  const later = changes.filter((change) => change !== cause);
  const { until } = times;
  const wellBy = until === null ? null : wellByOf(until, times.wellAt, minutesOf(sources.minutes, endpoint));
  const cure = wellBy === null ? null : likelyCure(later, { startedAt: since, wellBy, failing });
  return { since, until, cause, cure, answer: withdrawalSince(later, { startedAt: since, failing }) };
}

/** Which calls. */
export interface FailingQuestion {
  readonly environment: string;
  /** Empty is all. */
  readonly endpoints: readonly string[];
  readonly since: number;
  readonly until: number;
}

/** What fails within a time, epoch milliseconds. */
export async function readFailing(
  series: Pick<SeriesStore, "query">,
  { environment, endpoints, since, until }: FailingQuestion,
): Promise<FailingParts> {
  const [only, ...others] = endpoints;
  const { sums } = await series.query({
    span: "minute",
    from: Math.floor(since / MINUTE_MS) * MINUTE_MS,
    to: (Math.floor(until / MINUTE_MS) + 1) * MINUTE_MS,
    by: ["endpoint", "release", "model"],
    where: { environment, ...(only !== undefined && others.length === 0 && { endpoint: only }) },
    histograms: [],
    limit: MOST_PARTS,
  });
  return failingPartsOf(endpoints, sums);
}

/** By when it was well (epoch ms) whose last failure was at `until`: what mended it was before that. */
export const wellByOf = (until: number, wellAt: number | null, minutes: readonly MinuteOfCalls[]): number =>
  Math.max(wellAt ?? until, until + slackOf(minutes, until));

/** How long after the last failure a change may still be what ended it, ms. */
function slackOf(minutes: readonly MinuteOfCalls[], until: number): number {
  const near = minutes.filter(({ start }) => Math.abs(start - until) <= 3 * MINUTE_MS);
  const calls = near.reduce((sum, one) => sum + one.calls, 0);
  const gapMs = calls === 0 ? MINUTE_MS : (near.length * MINUTE_MS) / calls;
  return Math.min(MINUTE_MS, Math.max(LEAST_SLACK_MS, CALLS_LATER * gapMs));
}
