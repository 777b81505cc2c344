import { formatDuration } from "../../kit/duration.ts";

/** "02:51". Times in sentences are UTC; those beside them say so. */
export const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 16);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Up to this length seconds matter, ms. */
const SECONDS_MS = 10 * MINUTE_MS;
/** How long ago at most only the time of day is told, ms. */
const TODAY_MS = 20 * 3_600_000;

/** "02:51 UTC (9 min)", "02:58 UTC (1 min 56 s)", and with the day where that is not today: "2026-11-19 02:51 UTC (2.1 days)". */
export function sinceWords(at: number, now: number): string {
  const ago = Math.max(0, now - at);
  const day = ago > TODAY_MS ? `${new Date(at).toISOString().slice(0, 10)} ` : "";
  // What is known to the minute is told in minutes.
  const told = at % MINUTE_MS === 0 || ago >= SECONDS_MS ? Math.floor(ago / MINUTE_MS) * MINUTE_MS : ago;
  return `${day}${clockTime(at)} UTC (${ago < MINUTE_MS ? "less than a minute" : lastedWords(told)})`;
}

/** How long something lasted: "12 s", "4 min 16 s", "40 min", "5.5 h". */
export function lastedWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60 || ms >= 2 * HOUR_MS) return formatDuration(ms);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  if (ms >= SECONDS_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** "6.1 %", "0.04 %", "100 %". */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value >= 10 || value === 0 ? 0 : value >= 0.1 ? 1 : 2;
  return `${value.toFixed(digits)} %`;
}

/** "1 call", "12 calls", "12,400 calls". */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** A reason as the end of a sentence. */
export const ended = (reason: string): string => (/[.!?…]$/.test(reason) ? reason : `${reason}.`);
