import type { Stretch } from "../incidents/onset.ts";

/** What happened in one minute. `start` is epoch milliseconds. */
export interface MinuteOfCalls {
  readonly start: number;
  readonly calls: number;
  /** Failed calls that the request is not to blame for. */
  readonly faults: number;
  /** Calls that a budget or limit of all callers has refused, which are no faults; absent where none was. */
  readonly refused?: number;
}

/** Calls and faults of a usual time. */
export interface UsualErrors {
  readonly calls: number;
  readonly faults: number;
}

/** How an endpoint's calls are going. */
export interface ErrorAssessment {
  /** `failing`: at least half of the calls fail. `quiet`: nobody calls. `recovering`: it was bad and is getting well. */
  readonly standing: "well" | "quiet" | "degraded" | "failing" | "recovering";
  /** When it began, epoch milliseconds; `null` where nothing is the matter. */
  readonly since: number | null;
  /** The worst share of three minutes since then. */
  readonly peak: number | null;
  /** The share of the newest two minutes with calls. */
  readonly share: number | null;
  /** Calls that `share` rests on. */
  readonly calls: number;
  /** Within which time it began, and ended, to be looked at call by call; absent where it did not. */
  readonly onset?: Stretch;
  readonly ending?: Stretch;
}

export const MINUTE_MS = 60_000;

/** Minutes that are looked at together: one bad minute of a quiet endpoint says little. */
export const TOGETHER = 3;
/** Fewer faults are no trouble, however few calls there were. */
const LEAST_FAULTS = 3;
/** A share below this is never a trouble; above it, three times what is usual is one. */
const LEAST_SHARE = 0.02;
const TIMES_USUAL = 3;
/** Of a usual time fewer calls say nothing. */
const LEAST_USUAL = 50;
/** From this share on calls fail, and are not degraded. */
export const FAILING_SHARE = 0.5;
/** Good minutes within one trouble. */
const GAP = 3;
/** Minutes after the last bad one in which it is still getting well. */
const AFTER = 10;
/** Minutes without a call after which nobody calls. */
const QUIET = 15;

/**
 * Whether something is wrong with an endpoint's calls, and since when. Looks at the last hour by the minute against what is
 * usual: bad are three minutes together with at least three faults whose share is at least 2 % and three times the usual. This
 * tells what is shown while no rule fires; it is no alert and has no bound on false alarms. `minutes` ascend; those that
 * are missing had no calls.
 */
export function assessErrors(minutes: readonly MinuteOfCalls[], usual: UsualErrors, now: number): ErrorAssessment {
  const last = Math.floor(now / MINUTE_MS);
  const first = last - 59;
  const byMinute = new Map(minutes.map((minute) => [Math.floor(minute.start / MINUTE_MS), minute]));
  const at = (minute: number): MinuteOfCalls | undefined => byMinute.get(minute);
  const bar = barOf(usual);
  const windows = Array.from({ length: 60 }, (_, index) => windowAt(at, first + index));
  const bad = windows.map((_, index) => isBadAt(at, first + index, bar));
  const lastBad = bad.lastIndexOf(true);
  const { share, calls } = newest(at, last);
  if (lastBad === -1 || 59 - lastBad > AFTER) {
    const isQuiet = !Array.from({ length: QUIET }, (_, back) => at(last - back)?.calls ?? 0).some((count) => count > 0);
    return { standing: isQuiet ? "quiet" : "well", since: null, peak: null, share, calls };
  }
  const began = beginning(bad, lastBad);
  const peak = Math.max(...windows.slice(began, lastBad + 1).map(shareOf));
  // The first of its minutes that was bad itself: the window that shows it ends later.
  const since = firstBad(at, first + began, bar) * MINUTE_MS;
  const standing = standingOf({ share, calls, peak, bar, sinceBad: 59 - lastBad });
  const onset = { from: (first + began - TOGETHER) * MINUTE_MS, to: Math.min(now, (first + began + 1) * MINUTE_MS) };
  const ending = standing === "recovering" ? endingOf(at, { peak, from: first + began, last, now }) : undefined;
  return { standing, since, peak, share, calls, onset, ...(ending !== undefined && { ending }) };
}

/** Around the last minute in which it was as bad as half of the worst. */
function endingOf(
  at: At,
  {
    peak,
    from,
    last,
    now,
  }: { readonly peak: number; readonly from: number; readonly last: number; readonly now: number },
): Stretch | undefined {
  for (let minute = last; minute > from - TOGETHER; minute -= 1) {
    const { calls = 0, faults = 0 } = at(minute) ?? {};
    if (calls === 0 || faults / calls <= peak / 2) continue;
    return { from: (minute - 1) * MINUTE_MS, to: Math.min(now, (minute + TOGETHER) * MINUTE_MS) };
  }
  return undefined;
}

/** What happened in a minute, by its number since the epoch. */
export type At = (minute: number) => MinuteOfCalls | undefined;

/** From which share on calls fail too often. */
export const barOf = ({ calls, faults }: UsualErrors): number =>
  calls < LEAST_USUAL ? LEAST_SHARE : Math.max(LEAST_SHARE, (TIMES_USUAL * faults) / calls);

/** Whether the three minutes that end with this one are bad together. */
export function isBadAt(at: At, minute: number, bar: number): boolean {
  const together = windowAt(at, minute);
  return together.faults >= LEAST_FAULTS && shareOf(together) >= bar;
}

function windowAt(at: At, minute: number): UsualErrors {
  let [calls, faults] = [0, 0];
  for (let back = 0; back < TOGETHER; back += 1) {
    const one = at(minute - back);
    calls += one?.calls ?? 0;
    faults += one?.faults ?? 0;
  }
  return { calls, faults };
}

/** Faults of calls, in [0, 1]; 0 of none. */
export const shareOf = ({ calls, faults }: UsualErrors): number => (calls === 0 ? 0 : faults / calls);

/** Where the trouble began that was there at `lastBad`. */
function beginning(bad: readonly boolean[], lastBad: number): number {
  let began = lastBad;
  for (let index = lastBad; index >= 0 && began - index <= GAP; index -= 1) if (bad[index] === true) began = index;
  return began;
}

function firstBad(at: At, minute: number, bar: number): number {
  for (let back = TOGETHER - 1; back > 0; back -= 1) {
    const one = at(minute - back);
    if (one !== undefined && one.faults > 0 && shareOf(one) >= bar) return minute - back;
  }
  return minute;
}

/** Of the newest two minutes that had calls, within the last five. */
function newest(at: At, last: number): { readonly share: number | null; readonly calls: number } {
  const recent = Array.from({ length: 5 }, (_, back) => at(last - back)).filter((one) => (one?.calls ?? 0) > 0);
  const [calls, faults] = recent
    .slice(0, 2)
    .reduce<readonly [number, number]>(
      ([sum, bad], one) => [sum + (one?.calls ?? 0), bad + (one?.faults ?? 0)],
      [0, 0],
    );
  return { share: calls === 0 ? null : faults / calls, calls };
}

interface StandingTerms {
  readonly share: number | null;
  readonly calls: number;
  readonly peak: number;
  readonly bar: number;
  readonly sinceBad: number;
}

function standingOf({ share, calls, peak, bar, sinceBad }: StandingTerms): ErrorAssessment["standing"] {
  if (share === null) return "degraded";
  const isBetter = share <= peak / 2 && (share < bar || calls >= 2 * LEAST_FAULTS);
  if (sinceBad > 0 || isBetter) return "recovering";
  return share >= FAILING_SHARE ? "failing" : "degraded";
}
