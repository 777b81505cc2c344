/** What stands where there is nothing to show. Missing is never 0. */
export const NO_DATA = "no data";

type Maybe = number | null | undefined;

const known = (value: Maybe, write: (value: number) => string): string =>
  value === null || value === undefined || Number.isNaN(value) ? NO_DATA : write(value);

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** 1,284 */
export const count = (value: Maybe): string => known(value, (n) => grouped.format(n));

/** 1.3M, for places where digits would crowd. */
export const shortCount = (value: Maybe): string =>
  known(value, (n) => (n < 10_000 ? grouped.format(n) : compact.format(n)));

/** What is not 0 is never written as 0: below this three digits after the point would. */
const SMALL = 0.0005;
const small = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** A share from 0 to 1 as a percentage with as many digits as carry something: 0.42 %, 6.1 %, 25 %. */
export const share = (value: Maybe): string =>
  known(value, (n) => {
    const percent = n * 100;
    if (percent === 0) return "0 %";
    const size = Math.abs(percent);
    if (size < SMALL) return `${small.format(percent)} %`;
    const digits = size >= 99.95 ? (size % 1 === 0 ? 0 : 2) : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return `${trimmed(percent.toFixed(digits))} %`;
  });

/** A relative change with its sign: +12 %, −3.4 %. */
export const change = (ratio: Maybe): string =>
  known(ratio, (n) => {
    const percent = n * 100;
    const text = trimmed(Math.abs(percent).toFixed(Math.abs(percent) >= 10 ? 0 : 1));
    return text === "0" ? "±0 %" : `${percent < 0 ? "−" : "+"}${text} %`;
  });

/** A difference of two shares in percentage points with its sign: +3.2 points. */
export const points = (difference: Maybe): string =>
  known(difference, (n) => {
    const text = trimmed(Math.abs(n * 100).toFixed(2));
    return `${text === "0" ? "±" : n < 0 ? "−" : "+"}${text} points`;
  });

/** A duration from milliseconds: 740 ms, 2.41 s, 3 min 20 s, 5 h 2 min, 3 d 4 h. */
export const duration = (ms: Maybe): string =>
  known(ms, (n) => {
    if (n < 1) return n === 0 ? "0 ms" : "< 1 ms";
    if (n < 1_000) return `${Math.round(n)} ms`;
    if (n < 10_000) return `${(n / 1_000).toFixed(2)} s`;
    if (n < 60_000) return `${(n / 1_000).toFixed(1)} s`;
    return twoUnits(Math.round(n / 1_000));
  });

/** A span of seconds in at most two units: 45 s, 3 min 20 s, 5 h 2 min, 3 d 4 h. */
export const span = (seconds: Maybe): string =>
  known(seconds, (n) => (n > 0 && n < 1 ? "< 1 s" : twoUnits(Math.round(n))));

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

function twoUnits(seconds: number): string {
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  if (first === -1) return "0 s";
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of UNITS.slice(first, first + 2)) {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    if (whole > 0) parts.push(`${whole} ${unit}`);
  }
  return parts.join(" ");
}

/** US dollars with as many digits as carry something: $1,204.50, $0.0031. */
export const usd = (value: Maybe): string =>
  known(value, (n) => {
    const size = Math.abs(n);
    if (size === 0) return "$0";
    const digits = size >= 1 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(size)));
    const text = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
      size,
    );
    return `${n < 0 ? "−" : ""}$${text}`;
  });

/** Pico-dollars as the API writes them: an integer in text. */
export const pico = (value: string | bigint | null | undefined): string =>
  value === null || value === undefined ? NO_DATA : usd(Number(value) / 1e12);

/** 1.4 kB, 3.2 MB. */
export const bytes = (value: Maybe): string =>
  known(value, (n) => {
    if (n < 1_000) return `${n} B`;
    const power = Math.min(4, Math.floor(Math.log10(n) / 3));
    return `${(n / 1_000 ** power).toFixed(1)} ${["B", "kB", "MB", "GB", "TB"][power]}`;
  });

/** A plain number with at most three digits after the point, where it is not smaller than that. */
export const plain = (value: Maybe): string =>
  known(value, (n) => {
    const size = Math.abs(n);
    return signed(n !== 0 && size < SMALL ? small.format(n) : trimmed(n.toFixed(size >= 100 ? 0 : 3)));
  });

/** How a metric's unit writes a value. */
export type Unit = "share" | "ms" | "usd" | "usd/min" | "tokens/s" | "score" | "value";

/** A value in its unit. */
export function inUnit(value: Maybe, unit: Unit): string {
  if (unit === "share") return share(value);
  if (unit === "ms") return duration(value);
  if (unit === "usd") return usd(value);
  if (unit === "usd/min") return known(value, (n) => `${usd(n)}/min`);
  if (unit === "tokens/s") return known(value, (n) => `${n.toFixed(1)} tokens/s`);
  return plain(value);
}

const trimmed = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

/** A number with the sign that differences have. */
const signed = (text: string): string => text.replace("-", "−");
