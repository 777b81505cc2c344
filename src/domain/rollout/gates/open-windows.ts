import { momentOf, wallTimeAt } from "../../../kit/zone-time.ts";
import type { TimeWindow, Weekday } from "./time-window.ts";

const DAY_MINUTES = 24 * 60;
const DAY_MS = 24 * 60 * 60_000;
/** A weekly window comes back within so many days, the day after a changed clock included. */
const LOOK_AHEAD_DAYS = 9;

/** Whether one of the windows is open at a moment (epoch milliseconds), by the wall clock of the zone. */
export const isOpenAt = (windows: readonly TimeWindow[], zone: string, at: number): boolean =>
  windows.some((window) => isWithin(window, zone, at));

function isWithin(window: TimeWindow, zone: string, at: number): boolean {
  if (window.type === "dates") return at >= window.from && (window.until === null || at < window.until);
  const { weekday, minute } = wallTimeAt(zone, at);
  const { days, from, until } = window;
  if (until > from) return days.includes(weekday) && minute >= from && minute < until;
  const yesterday = (weekday === 1 ? 7 : weekday - 1) as Weekday;
  return (days.includes(weekday) && minute >= from) || (days.includes(yesterday) && minute < until);
}

/** When the next window opens after `at`, epoch milliseconds; `null` when none ever does. */
export function nextOpening(windows: readonly TimeWindow[], zone: string, at: number): number | null {
  return earliest(windows.map((window) => openingOf(window, zone, at)));
}

/** When the windows that are open at `at` have all closed, as far as one look ahead can tell; `null` when that is never. */
export function closingOf(windows: readonly TimeWindow[], zone: string, at: number): number | null {
  let end = at;
  // Windows that meet or overlap are one; a week of hours cannot be a chain longer than that.
  for (let links = 0; links <= windows.length * LOOK_AHEAD_DAYS; links += 1) {
    const open = windows.filter((window) => isWithin(window, zone, end));
    if (open.length === 0) return end;
    const ends = open.map((window) => endOf(window, zone, end));
    if (ends.includes(null)) return null;
    end = Math.max(...ends.map((one) => one ?? end));
  }
  return null;
}

function openingOf(window: TimeWindow, zone: string, at: number): number | null {
  if (window.type === "dates") return window.from > at ? window.from : null;
  const openings = daysFrom(zone, at, 0)
    .filter(({ weekday }) => window.days.includes(weekday))
    .map((day) => momentOf(zone, { ...day, minute: window.from }))
    // A window that lies wholly within an hour that is skipped does not open on that day.
    .filter((opening) => opening > at && isWithin(window, zone, opening));
  return earliest(openings);
}

function endOf(window: TimeWindow, zone: string, at: number): number | null {
  if (window.type === "dates") return window.until;
  const ends = daysFrom(zone, at, -1)
    .map((day) => momentOf(zone, { ...day, minute: window.until % DAY_MINUTES }))
    .filter((end) => end > at && !isWithin(window, zone, end));
  return earliest(ends);
}

/** The days of the calendar from one on: `at` moved by `offset` days. */
const daysFrom = (zone: string, at: number, offset: number): readonly ReturnType<typeof wallTimeAt>[] =>
  Array.from({ length: LOOK_AHEAD_DAYS }, (_, index) => {
    const { year, month, day } = wallTimeAt(zone, at);
    // Counted in UTC, where every day is as long as the other.
    return wallTimeAt("UTC", Date.UTC(year, month - 1, day) + (index + offset) * DAY_MS);
  });

const earliest = (moments: readonly (number | null)[]): number | null =>
  moments.reduce<number | null>((first, one) => (one === null || (first !== null && first <= one) ? first : one), null);

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const two = (count: number): string => String(count).padStart(2, "0");

/** "Mon 2026-11-23 09:00 Europe/Berlin". */
export function spellMoment(zone: string, at: number): string {
  const { year, month, day, weekday, minute } = wallTimeAt(zone, at);
  return `${DAYS[weekday - 1]} ${year}-${two(month)}-${two(day)} ${two(Math.floor(minute / 60))}:${two(minute % 60)} ${zone}`;
}
