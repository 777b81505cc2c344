import { FAILING_SHARE, MINUTE_MS, shareOf } from "./assess-errors.ts";
import type { ErrorAssessment, MinuteOfCalls } from "./assess-errors.ts";

/**
 * How calls go whose trouble began at a time to the second (epoch ms): of the minute in which it did only the calls since then are
 * counted, as part of what has passed of it, so that the first minutes are not told better than they are.
 */
export function errorsSince(
  errors: ErrorAssessment,
  minutes: readonly MinuteOfCalls[],
  { since, now }: { readonly since: number; readonly now: number },
): ErrorAssessment {
  const told = { ...errors, since };
  const isGoingOn = errors.standing === "degraded" || errors.standing === "failing";
  const first = Math.floor(since / MINUTE_MS) * MINUTE_MS;
  // What is told is of the newest two minutes that had calls.
  const newest = minutes.filter(({ start, calls }) => calls > 0 && start <= now).slice(-2);
  if (!isGoingOn || newest.every(({ start }) => start > first)) return told;
  const passedMs = Math.min(MINUTE_MS, Math.max(1, now - first));
  const part = Math.min(1, Math.max(0, (first + passedMs - since) / passedMs));
  const [calls, faults] = newest.reduce<readonly [number, number]>(
    ([sum, bad], one) =>
      one.start < first ? [sum, bad] : [sum + (one.start === first ? part : 1) * one.calls, bad + one.faults],
    [0, 0],
  );
  const counted = Math.max(Math.round(calls), faults);
  if (counted === 0) return told;
  const share = shareOf({ calls: counted, faults });
  return { ...told, share, calls: counted, standing: share >= FAILING_SHARE ? "failing" : errors.standing };
}
