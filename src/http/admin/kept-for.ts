import { SPAN_KEPT_MS } from "../../domain/series/series-cell.ts";
import type { StorageClass } from "../../ports/storage-gauge.ts";

/** For how many days things are kept, as the projects in force say. */
export interface Retention {
  /** Facts of calls; infinite before a project says so. */
  readonly factsDays: number;
  /** Bytes of calls, by endpoint; of models that are called without one too. */
  readonly bodiesDays: readonly number[];
  /** Evidence of rollouts: at least so long. */
  readonly leastEvidenceDays: number;
  /** Spans of applications. */
  readonly spansDays: number;
  /** Alerts, incidents and changes. */
  readonly storyDays: number;
}

const DAY_MS = 86_400_000;

/** For how long each class is kept, in words for people. */
export function keptFor(retention: Retention): Readonly<Record<StorageClass, string>> {
  const { factsDays, bodiesDays, leastEvidenceDays, spansDays, storyDays } = retention;
  const facts = daysText(factsDays);
  const bodies = rangeText(bodiesDays);
  return {
    facts,
    bodies,
    search: Number.isFinite(factsDays) ? `${facts}; the words of a call as long as its bytes, ${bodies}` : facts,
    evidence: daysText(Math.max(factsDays, leastEvidenceDays)),
    series: `by the minute ${daysText(SPAN_KEPT_MS.minute / DAY_MS)}, by the hour and spend ${daysText(SPAN_KEPT_MS.hour / DAY_MS)}`,
    traces: daysText(spansDays),
    answers: "each for its own time to live; responses as long as their bytes",
    other: `alerts, incidents and changes ${daysText(storyDays)}; the rest for good`,
  };
}

const daysText = (days: number): string =>
  !Number.isFinite(days) ? "until a project says for how long" : days === 1 ? "1 day" : `${days} days`;

/** Of endpoints that keep no bytes nothing is said. */
function rangeText(days: readonly number[]): string {
  const kept = days.filter((each) => each > 0);
  if (kept.length === 0) return "not at all";
  const [least, most] = [Math.min(...kept), Math.max(...kept)];
  return least === most ? daysText(most) : `${least} to ${daysText(most)}, by endpoint`;
}
