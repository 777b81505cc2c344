import { useSyncExternalStore } from "react";
import { span } from "./format.ts";
import { IN_ZONE, ZONE } from "./zone.ts";

const written = (parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en-GB", { ...parts, ...IN_ZONE });

const clock = written({ hour: "2-digit", minute: "2-digit" });
const clockSeconds = written({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = written({ day: "numeric", month: "short" });
const dayYear = written({ day: "numeric", month: "short", year: "numeric" });
const year = written({ year: "numeric" });
const full = written({ dateStyle: "full", timeStyle: "long" });
const fullHere = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** An instant as the API writes it, or epoch milliseconds. */
export type Instant = string | number;

const dateOf = (at: Instant): Date => new Date(at);

/** How long ago, or until when: "just now", "4 min ago", "in 3 h". One unit: it is a glance. */
export function relative(at: Instant, now: number): string {
  const seconds = Math.round((now - dateOf(at).getTime()) / 1_000);
  if (Math.abs(seconds) < 5) return "just now";
  const text = span(Math.abs(seconds)).split(" ").slice(0, 2).join(" ");
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

/** Whether two instants are of the same day. */
export const isOfDay = (at: Instant, other: Instant): boolean =>
  dayYear.format(dateOf(at)) === dayYear.format(dateOf(other));

/** The time of day alone: 02:58. */
export const clockOf = (at: Instant): string => clock.format(dateOf(at));

/** The time of day, with the date when it is not today: 02:58, or 20 Nov 02:58. */
export function dayTime(at: Instant, now: number, withSeconds = false): string {
  const date = dateOf(at);
  const time = (withSeconds ? clockSeconds : clock).format(date);
  if (isOfDay(at, now)) return time;
  return `${(year.format(date) === year.format(now) ? day : dayYear).format(date)} ${time}`;
}

/** Everything about an instant, for a title: as the page writes it, with its zone, and in the other zone. */
export const exact = (at: Instant): string =>
  `${full.format(dateOf(at))}\n${ZONE === "utc" ? fullHere.format(dateOf(at)) : dateOf(at).toISOString()}`;

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** The time, to the second, shared by everything on the page. Epoch milliseconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now);
