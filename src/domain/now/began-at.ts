import type { SignalName } from "../alerts/signal.ts";
import type { Incident } from "../incidents/incident.ts";
import type { AlertNow } from "./situation.ts";

/** What else is known of a trouble whose errors began at `found`. Times are epoch milliseconds. */
export interface BeganTerms {
  readonly endpoint: string;
  /** Those that are open, and those that were of late. */
  readonly incidents: readonly (Pick<Incident, "endpoints" | "startedAt" | "openedBy"> &
    Partial<Pick<Incident, "recovered" | "resolvedAt">>)[];
  readonly alerts: readonly Pick<AlertNow, "endpoint" | "about" | "since">[];
  readonly now: number;
}

const MINUTE_MS = 60_000;
/** Beginnings of the same trouble lie no further apart, ms: an open incident may be of one that was over before this one began. */
const SAME_MS = 3 * MINUTE_MS;
/** The hour that is looked at: what began at its edge may be older, ms. */
const EDGE_MS = 56 * MINUTE_MS;
/** Signals that tell of failed calls. */
const OF_ERRORS: ReadonlySet<SignalName | undefined> = new Set<SignalName>(["error-share", "slo"]);

/**
 * When an endpoint's trouble began, told the same everywhere: its open incident knows where it is about the same time; a
 * trouble that fills the whole hour is as old as the alert about errors that fires. Alerts about anything else say nothing of it,
 * and neither does what was well again before.
 */
export function beganAt(found: number, { endpoint, incidents, alerts, now }: BeganTerms): number {
  const isLong = found <= now - EDGE_MS;
  const about = incidents.filter(({ endpoints }) => endpoints.length === 0 || endpoints.includes(endpoint));
  const ends = about.map(({ recovered, resolvedAt }) => recovered?.at ?? resolvedAt ?? Number.POSITIVE_INFINITY);
  const wellAt = Math.max(Number.NEGATIVE_INFINITY, ...ends.filter((at) => at < found));
  const own = about
    .filter((_, index) => (ends[index] ?? 0) >= found)
    .filter(({ startedAt, openedBy }) =>
      // A person opens it when they hear of it.
      openedBy.kind === "key" && startedAt > found ? false : isLong ? startedAt <= found : isNear(startedAt, found),
    )
    .map(({ startedAt }) => startedAt);
  if (own.length > 0) return Math.min(...own);
  if (!isLong) return found;
  const older = alerts.filter(
    ({ endpoint: named, about: signal, since }) => named === endpoint && OF_ERRORS.has(signal) && since > wellAt,
  );
  return Math.min(found, ...older.map(({ since }) => since));
}

const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= SAME_MS;
