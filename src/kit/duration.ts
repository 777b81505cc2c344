/** Units from the largest down, in milliseconds. */
const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** Digits of one number, and of one of days: with so many every sum is exact. */
const MAX_DIGITS = 9;
const MAX_DAY_DIGITS = 7;

/**
 * A duration as configuration writes it, in milliseconds: "250ms", "30s", "1h30m", "14d". Whole numbers, each
 * unit at most once, larger ones first. `null` when the text is no duration.
 */
export function parseDurationMs(text: string): number | null {
  let at = 0;
  let total = 0;
  for (const [name, ms] of UNITS) {
    const digits = countDigits(text, at);
    if (digits === 0 || unitAt(text, at + digits) !== name) continue;
    if (digits > (name === "d" ? MAX_DAY_DIGITS : MAX_DIGITS)) return null;
    total += Number(text.slice(at, at + digits)) * ms;
    at += digits + name.length;
  }
  return at > 0 && at === text.length ? total : null;
}

function countDigits(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at += 1;
  return at - from;
}

/** The letters of a unit that stand here: "ms" is not "m". */
function unitAt(text: string, at: number): string {
  return text.startsWith("ms", at) ? "ms" : text.slice(at, at + 1);
}

/** Up to which many milliseconds a unit is used, and its length. Two of a unit are still told in the smaller one. */
const SPOKEN: readonly (readonly [belowMs: number, unitMs: number, name: string])[] = [
  [999.5, 1, "ms"],
  [120_000, 1_000, "s"],
  [7_200_000, 60_000, "min"],
  [172_800_000, 3_600_000, "h"],
  [Number.POSITIVE_INFINITY, 86_400_000, "days"],
];

/**
 * A duration for people, to two or three figures: "2.5 s", "40 min", "5.5 days". Takes any finite number of
 * milliseconds from 0; what is negative is told as 0, and what is not finite as "unknown".
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return "unknown";
  const length = Math.max(0, ms);
  for (const [belowMs, unitMs, name] of SPOKEN) {
    if (length < belowMs) return `${rounded(length / unitMs)} ${name}`;
  }
  return "unknown";
}

/** One decimal below ten, none from there. */
const rounded = (value: number): number => (value < 10 ? Number(value.toFixed(1)) : Math.round(value));
