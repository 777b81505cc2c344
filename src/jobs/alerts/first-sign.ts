import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { Alert } from "../../domain/alerts/alert.ts";
import { histogramsOf, isOfCalls, readSignal } from "../../domain/alerts/read-signal.ts";
import { assessErrors } from "../../domain/now/assess-errors.ts";
import { minutesOf } from "../../domain/now/minutes-of.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import { SeriesReader } from "../now/series-reader.ts";
import { TroubleClock } from "../now/trouble-times.ts";

/** When the trouble began that a rule finds at a time (epoch ms) about an alert's endpoint; `null` where nothing says so. */
export type FirstSign = (
  rule: AlertRule,
  alert: Pick<Alert, "environment" | "endpoint">,
  at: number,
) => Promise<number | null>;

/** What signs are looked for in. */
export interface FirstSignSources {
  readonly series: Pick<SeriesStore, "query">;
  readonly calls: Pick<CallStore, "list">;
  /** Waits until calls that were just counted may be recorded too; absent where nobody waits for them. */
  readonly pause?: () => Promise<void>;
}

/** So often it is waited for the records of calls that a rule has counted already: they are written a moment later. */
const PAUSES = 4;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Good minutes within one trouble. */
const GAP = 3;

interface Place {
  readonly environment: string;
  readonly endpoint: string;
  readonly at: number;
}

/**
 * A rule sees a trouble some minutes after it began. Of errors the beginning is the one that the view of the moment tells, to the
 * second; of other thresholds on calls it is the first minute of those just before that were beyond it. What is compared with other
 * days, or sighted, begins when it is seen.
 */
export function createFirstSign({ series, calls, pause }: FirstSignSources): FirstSign {
  const reader = new SeriesReader(series);
  const clock = new TroubleClock(calls);
  const waited = { at: Number.NaN, pauses: 0 };
  return async (rule, { environment, endpoint }, at) => {
    if (endpoint === null || !isOfCalls(rule.signal.name)) return null;
    const place = { environment, endpoint, at };
    const first = isOfErrors(rule) ? await firstRecorded({ reader, clock, pause, waited }, place) : null;
    return first ?? firstBeyond(series, rule, place);
  };
}

interface ErrorSources {
  readonly reader: SeriesReader;
  readonly clock: TroubleClock;
  readonly pause: FirstSignSources["pause"];
  /** How often it was waited for the calls of one time. In an outage many rules fire at once: nobody waits for each of them. */
  readonly waited: { at: number; pauses: number };
}

/** A whole minute is what the tallies know: the calls themselves are not recorded yet, or there are too many. */
async function firstRecorded({ reader, clock, pause, waited }: ErrorSources, place: Place): Promise<number | null> {
  if (waited.at !== place.at) {
    waited.at = place.at;
    waited.pauses = 0;
  }
  for (;;) {
    const first = await firstError({ reader, clock }, place);
    const isMinute = first !== null && first % MINUTE_MS === 0;
    if (!isMinute || pause === undefined || waited.pauses >= PAUSES) return first;
    waited.pauses += 1;
    await pause();
  }
}

/** Whether a rule is about all errors of an endpoint. A service level that is about something else sees none, and nothing is found. */
const isOfErrors = ({ signal: { name, code, arm } }: AlertRule): boolean =>
  name === "slo" || (name === "error-share" && code === undefined && arm === undefined);

async function firstError(
  { reader, clock }: Pick<ErrorSources, "reader" | "clock">,
  { environment, endpoint, at }: Place,
): Promise<number | null> {
  const [minutes, usual] = await Promise.all([
    reader.since(environment, at - HOUR_MS + MINUTE_MS, at),
    reader.usual({ environment }, at),
  ]);
  const own = minutesOf(minutes ?? [], endpoint);
  const errors = assessErrors(own, usual.errors.get(endpoint) ?? { calls: 0, faults: 0 }, at);
  return (await clock.times({ environment, endpoint }, errors, at))?.since ?? null;
}

async function firstBeyond(
  series: Pick<SeriesStore, "query">,
  { signal, condition }: AlertRule,
  { environment, endpoint, at }: Place,
): Promise<number | null> {
  if (condition.type !== "threshold") return null;
  const { op, bound } = condition;
  const lookMs = Math.min(HOUR_MS, signal.windowMs + GAP * MINUTE_MS);
  const { sums } = await series.query({
    span: "minute",
    from: Math.floor((at - lookMs) / MINUTE_MS) * MINUTE_MS,
    to: Math.floor(at / MINUTE_MS) * MINUTE_MS + MINUTE_MS,
    stepMs: MINUTE_MS,
    by: ["endpoint"],
    where: { environment, endpoint, ...(signal.arm !== undefined && { arm: signal.arm }) },
    histograms: histogramsOf(signal),
    limit: 200,
  });
  let first: number | null = null;
  for (const { start = at, tally } of sums.toReversed()) {
    const { value } = readSignal(signal, tally, MINUTE_MS);
    if (value === null || (op === "above" ? value <= bound : value >= bound)) continue;
    if (first !== null && first - start > (GAP + 1) * MINUTE_MS) break;
    first = start;
  }
  return first;
}
