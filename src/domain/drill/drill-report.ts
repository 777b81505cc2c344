import type { DrillHarm } from "./drill-harm.ts";
import type { DrillTraffic } from "./drill-traffic.ts";

/** How one rehearsal ended. */
export interface RehearsalEnd {
  /** `held`: the plan's mode holds on harm; `other`: withdrawn for another reason, for example the deadline. */
  readonly end: "rolled_back" | "held" | "promoted" | "other" | "undecided";
  /** The metric that found the harm; `null` when none did. */
  readonly metric: string | null;
  /** From the start of the rollout to its end, milliseconds of rehearsed time. */
  readonly afterMs: number;
  readonly sessions: number;
  readonly candidateSessions: number;
}

/** Middle and worst of several rehearsals. */
export interface Spread {
  readonly median: number;
  readonly worst: number;
}

/** How long a real withdrawal took on the live servers, milliseconds from the moment in which harm was proven. */
export interface MeasuredWithdrawal {
  /** Until this server sent the candidate no more sessions. */
  readonly stoppedHereMs: number;
  /** Until every live server had let go of it, and the log said so. */
  readonly everywhereMs: number;
  readonly servers: number;
  /** The rollout that was withdrawn; its log stays. */
  readonly rolloutId: string;
}

/** What a drill found. */
export interface DrillReport {
  readonly harm: DrillHarm;
  readonly traffic: Pick<DrillTraffic, "perHour" | "source"> & { readonly recorded: number };
  readonly runs: number;
  /** Rehearsals by their end. */
  readonly ends: Readonly<Record<RehearsalEnd["end"], number>>;
  /** Rehearsals in which the harm was found, by the metric that found it. */
  readonly foundBy: Readonly<Record<string, number>>;
  /** Over the rehearsals in which harm was found; `null` where it never was. */
  readonly found: { readonly afterMs: Spread; readonly sessions: Spread; readonly candidateSessions: Spread } | null;
  /** The largest number of sessions of a rehearsal that came to no end. */
  readonly mostSessions: number;
  readonly withdrawal: MeasuredWithdrawal;
}

/** Sums rehearsals up. */
export function sumUp(ends: readonly RehearsalEnd[]): Pick<DrillReport, "runs" | "ends" | "foundBy" | "found"> {
  const counts = { rolled_back: 0, held: 0, promoted: 0, other: 0, undecided: 0 };
  const foundBy: Record<string, number> = {};
  for (const { end, metric } of ends) {
    counts[end] += 1;
    if (metric !== null) foundBy[metric] = (foundBy[metric] ?? 0) + 1;
  }
  const found = ends.filter(({ end }) => end === "rolled_back" || end === "held");
  return {
    runs: ends.length,
    ends: counts,
    foundBy,
    found:
      found.length === 0
        ? null
        : {
            afterMs: spread(found.map(({ afterMs }) => afterMs)),
            sessions: spread(found.map(({ sessions }) => sessions)),
            candidateSessions: spread(found.map(({ candidateSessions }) => candidateSessions)),
          },
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((one, other) => one - other);
  return { median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, worst: sorted.at(-1) ?? 0 };
}
