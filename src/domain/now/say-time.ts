import { formatDuration } from "../../kit/duration.ts";

/** "02:51". Times in sentences are UTC; those beside them say so. */
export const clockTime = (at: number): string => new Date(at).toISOString().slice(11, 16);

/** How long ago at most only the time of day is told, ms. */
const TODAY_MS = 20 * 3_600_000;

/** "02:51 UTC (9 min)", and with the day where that is not today: "2026-11-19 02:51 UTC (2.1 days)". */
export function sinceWords(at: number, now: number): string {
  const ago = Math.max(0, now - at);
  const day = ago > TODAY_MS ? `${new Date(at).toISOString().slice(0, 10)} ` : "";
  return `${day}${clockTime(at)} UTC (${ago < 60_000 ? "less than a minute" : formatDuration(Math.floor(ago / 60_000) * 60_000)})`;
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
