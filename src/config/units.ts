const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Days are written in seven digits at the most. */
const MOST_DAYS = 9_999_999;

/** The shortest spelling of whole milliseconds: `90000` is `90s`, `60000` is `1m`. */
export function spellDuration(ms: number): string {
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = ms / UNIT_MS[unit];
    // More days than that are not read.
    if (unit === "d" && count > MOST_DAYS) continue;
    if (count >= 1 && Number.isInteger(count)) return `${count}${unit}`;
  }
  return ms === 0 ? "0s" : `${ms}ms`;
}

const PERCENT = /^(\d{1,3}(?:\.\d{1,10})?) ?%$/;

/** Pattern of a percentage, for the published schema. */
export const PERCENT_PATTERN = PERCENT.source;

/** The number nearest to a percentage: `2.5%` is 0.025; `null` for anything else or above `most`, 100 % unless given. */
export function parsePercent(text: string, most = 1): number | null {
  const match = PERCENT.exec(text);
  if (match === null) return null;
  // Shifting the decimal point in the text gives the nearest double; dividing by 100 may not.
  const share = Number(`${match[1]}e-2`);
  return share <= most ? share : null;
}

/** A share in [0, 1] as a percentage with at most ten decimals: 0.025 is `2.5%`. */
export function formatPercent(share: number): string {
  return `${Number((share * 100).toFixed(10))}%`;
}

const SIZE_BYTES = { B: 1, KiB: 1_024, MiB: 1_024 ** 2, GiB: 1_024 ** 3 } as const;

const SIZE = /^(\d{1,12}) ?(B|KiB|MiB|GiB)$/;

/** Pattern of a size, for the published schema. */
export const SIZE_PATTERN = SIZE.source;

/** Bytes of `512 KiB`, `10MiB`; `null` for anything else. */
export function parseSize(text: string): number | null {
  const match = SIZE.exec(text);
  if (match === null) return null;
  const bytes = Number(match[1]) * SIZE_BYTES[match[2] as keyof typeof SIZE_BYTES];
  return Number.isSafeInteger(bytes) ? bytes : null;
}

const DECIMAL = /^(\d{1,7})(?:\.(\d{1,12}))?$/;

/**
 * A decimal text times ten to the `places`, exact; `null` when it is not a plain decimal with at most seven digits
 * before the point, or has more decimals than `places` (at most 12).
 */
export function parseDecimal(text: string, places: number): bigint | null {
  const match = DECIMAL.exec(text);
  const decimals = match?.[2] ?? "";
  if (match === null || decimals.length > places) return null;
  return BigInt(`${match[1]}${decimals.padEnd(places, "0")}`);
}

/**
 * A number as YAML gives it, in plain decimals: small ones are spelled `1e-7` by the language, and were not written so.
 */
export function plainDecimal(value: number): string {
  const [digits = "", places] = String(value).split("e-");
  return places === undefined ? digits : `0.${"0".repeat(Number(places) - 1)}${digits.replace(".", "")}`;
}

/**
 * Pico-dollars per token of a price in USD per million tokens, exact: one USD per million tokens is 1,000,000
 * pico-dollars per token, so six decimals are all that can be told apart. A number stands for its shortest decimal
 * spelling, which is the one in the file for up to 15 digits. `null` for anything else.
 */
export function parsePrice(value: string | number): bigint | null {
  return parseDecimal(String(value), 6);
}
