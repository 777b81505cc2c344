import { useSyncExternalStore } from "react";
import { span } from "./format.ts";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

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

/** Whether two instants are of the same local day. */
export const isOfDay = (at: Instant, other: Instant): boolean =>
  dateOf(at).toDateString() === dateOf(other).toDateString();

/** The local time of day alone: 02:58. */
export const clockOf = (at: Instant): string => clock.format(dateOf(at));

/** The local time of day, with the date when it is not today: 02:58, or 20 Nov 02:58. */
export function local(at: Instant, now: number, withSeconds = false): string {
  const date = dateOf(at);
  const time = (withSeconds ? clockSeconds : clock).format(date);
  if (isOfDay(at, now)) return time;
  return `${(date.getFullYear() === new Date(now).getFullYear() ? day : dayYear).format(date)} ${time}`;
}

/** Everything about an instant, for a title: local with its zone, and UTC. */
export const exact = (at: Instant): string => `${full.format(dateOf(at))}\n${dateOf(at).toISOString()}`;

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
