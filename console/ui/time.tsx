import { clockOf, exact, isOfDay, dayTime, relative, useNow } from "../lib/time.ts";
import type { Instant } from "../lib/time.ts";

/**
 * How an instant is written: "02:58 · 4 min ago", or one of both. `clock` leaves the day out, for what is younger than a
 * few hours; `line` has seconds today and the day in place of them before.
 */
export function Time({
  at,
  show = "both",
}: {
  at: Instant;
  show?: "both" | "relative" | "day" | "seconds" | "clock" | "line";
}) {
  const now = useNow();
  const words = {
    both: () => `${dayTime(at, now)} · ${relative(at, now)}`,
    relative: () => relative(at, now),
    day: () => dayTime(at, now),
    seconds: () => dayTime(at, now, true),
    clock: () => clockOf(at),
    line: () => (isOfDay(at, now) ? dayTime(at, now, true) : dayTime(at, now)),
  };
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)} className="whitespace-nowrap">
      {words[show]()}
    </time>
  );
}
