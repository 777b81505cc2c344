import type { Stretch } from "../incidents/onset.ts";
import { barOf, FAILING_SHARE, isBadAt, MINUTE_MS, shareOf, TOGETHER } from "./assess-errors.ts";
import type { At, MinuteOfCalls, UsualErrors } from "./assess-errors.ts";

/**
 * How a trouble of one endpoint stands that began at a time. `unknown`: its calls did not fail, or nothing is kept. `well`: the
 * failures were over within `ending`, to be looked at call by call.
 */
export type Recovering =
  | { readonly state: "unknown" }
  | { readonly state: "failing" }
  | { readonly state: "well"; readonly ending: Stretch };

/** When the trouble began, and the present, epoch milliseconds. */
export interface RecoveryTerms {
  readonly startedAt: number;
  readonly now: number;
}

/** Bad minutes that come no later are a relapse: ten minutes, and those in which three together tell it. */
const RELAPSE = 10 + TOGETHER;
/** The failures of a trouble show within so many minutes of its beginning; what begins later is another one. */
const SHOWS_WITHIN = 30;
/** Whole minutes without a bad one after which it is over. */
const WELL = 3;

/**
 * When the failures of a trouble were over, by the minute: the first bad minutes from its beginning on, with those that follow within
 * ten minutes. What is bad later is not its own. `minutes` ascend; those that are missing had no calls.
 */
export function recoveryOf(
  minutes: readonly MinuteOfCalls[],
  usual: UsualErrors,
  { startedAt, now }: RecoveryTerms,
): Recovering {
  const [first, last] = [Math.floor(startedAt / MINUTE_MS), Math.floor(now / MINUTE_MS)];
  const byMinute = new Map(minutes.map((minute) => [Math.floor(minute.start / MINUTE_MS), minute]));
  const at: At = (minute) => (minute < first ? undefined : byMinute.get(minute));
  const bar = barOf(usual);
  const isBad = (minute: number): boolean => isBadAt(at, minute, bar);
  const lastBad = lastBadOf(isBad, first, last);
  if (lastBad === null) return { state: "unknown" };
  const end = lastFailing(at, lastBad, bar);
  const isOver = last > Math.max(lastBad, end + WELL);
  const since = minutes.filter(({ start }) => Math.floor(start / MINUTE_MS) > end);
  if (!isOver || !isAnswered(since, isBad)) return { state: "failing" };
  return {
    state: "well",
    ending: { from: (end - 1) * MINUTE_MS, to: Math.min(now, (end + TOGETHER) * MINUTE_MS) },
  };
}

/**
 * Whether more than half of the calls were answered that came afterwards, but for those of later troubles. Where nobody has
 * called, nobody knows; the few who still do, and fail or are refused by what all callers share, make no bad minute and are no recovery.
 */
function isAnswered(since: readonly MinuteOfCalls[], isBad: (minute: number) => boolean): boolean {
  let [calls, bad] = [0, 0];
  for (const { start, calls: all, faults, refused = 0 } of since) {
    const minute = Math.floor(start / MINUTE_MS);
    if ([0, 1, 2].some((later) => isBad(minute + later))) continue;
    calls += all;
    bad += faults + refused;
  }
  return calls > 0 && bad / calls < FAILING_SHARE;
}

/** The last minute that is bad of the first bad ones and their relapses. */
function lastBadOf(isBad: (minute: number) => boolean, first: number, last: number): number | null {
  let found: number | null = null;
  for (let minute = first; minute <= last; minute += 1) {
    if (minute - (found ?? first) > (found === null ? SHOWS_WITHIN : RELAPSE)) break;
    if (isBad(minute)) found = minute;
  }
  return found;
}

/** The last minute up to then in which calls failed as often; three together are bad until two minutes later. */
function lastFailing(at: At, lastBad: number, bar: number): number {
  for (let minute = lastBad; minute > lastBad - TOGETHER; minute -= 1) {
    const one = at(minute);
    if (one !== undefined && one.faults > 0 && shareOf(one) >= bar) return minute;
  }
  return lastBad;
}
