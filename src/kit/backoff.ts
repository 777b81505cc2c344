/** What a wait is drawn from. */
export interface BackoffTerms {
  /** Number of the retry, from 0. */
  readonly retry: number;
  readonly firstMs: number;
  readonly longestMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** Exponential backoff with full jitter: a draw from 0 to `firstMs` × 2^`retry`, at most `longestMs`. */
export function fullJitterMs({ retry, firstMs, longestMs, random }: BackoffTerms): number {
  // 2^30 times the first wait is beyond any longest wait; more would overflow.
  return Math.min(longestMs, firstMs * 2 ** Math.min(retry, 30)) * random;
}

type AnswerHeaders = Readonly<Record<string, string | undefined>>;

/** A provider that asks for more than this is taken to mean this: a day, ms. */
const MOST_MS = 86_400_000;

/**
 * How long a provider asks to be left alone, ms; `null` when it does not say. Header names are lower-case; `now` is
 * epoch milliseconds. Read are, in this order, `retry-after-ms`, `retry-after` (seconds, also with a fraction, or an
 * HTTP date; RFC 9110 10.2.3) and the resets of exhausted limits among `x-ratelimit-reset*` and
 * `anthropic-ratelimit-*-reset`.
 */
export function askedWaitMs(headers: AnswerHeaders, now: number): number | null {
  return (
    numberMs(headers["retry-after-ms"], 1) ??
    retryAfterMs(headers["retry-after"], now) ??
    rateLimitResetMs(headers, now)
  );
}

/** `Retry-After` in milliseconds from now; `null` for anything that is neither seconds nor a date. */
export function retryAfterMs(value: string | undefined, now: number): number | null {
  return numberMs(value, 1_000) ?? dateMs(value, now);
}

const PLAIN_NUMBER = /^\d{1,15}(?:\.\d{1,9})?$/;

function numberMs(value: string | undefined, unitMs: number): number | null {
  const text = value?.trim() ?? "";
  return PLAIN_NUMBER.test(text) ? within(Number(text) * unitMs) : null;
}

// `Sun, 06 Nov 1994 08:49:37 GMT`, its two obsolete forms, and RFC 3339.
const DATE = /^(?:[A-Z][a-z]{2,8},? [A-Za-z0-9 :,-]{8,40}|\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d))$/;

function dateMs(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? "";
  if (text.length > 64 || !DATE.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : within(at - now);
}

const within = (ms: number): number => Math.min(MOST_MS, Math.max(0, ms));

const RESET = /^(?:x-ratelimit-reset(-[a-z-]{1,40})?|anthropic-ratelimit-([a-z-]{1,40})-reset)$/;
/** Limits that are looked at: providers send a handful. */
const MOST_LIMITS = 16;

/** The latest reset among the limits that are used up; where none says that it is, the earliest of all. */
function rateLimitResetMs(headers: AnswerHeaders, now: number): number | null {
  let exhausted: number | null = null;
  let earliest: number | null = null;
  let seen = 0;
  for (const name in headers) {
    const match = RESET.exec(name);
    if (match === null || (seen += 1) > MOST_LIMITS) continue;
    const waitMs = resetMs(headers[name], now);
    if (waitMs === null) continue;
    earliest = earliest === null ? waitMs : Math.min(earliest, waitMs);
    if (headers[name.replace("reset", "remaining")]?.trim() === "0") exhausted = Math.max(exhausted ?? 0, waitMs);
  }
  return exhausted ?? earliest;
}

/** Numbers from here on are a point of time and not a span: epoch seconds since 2001. */
const EPOCH_SECONDS = 1_000_000_000;
const EPOCH_MS = 1_000_000_000_000;

/** A reset as providers write it: `1s`, `6m0s`, `88ms`, seconds, epoch seconds or milliseconds, or a date. */
export function resetMs(value: string | undefined, now: number): number | null {
  const text = value?.trim() ?? "";
  if (PLAIN_NUMBER.test(text)) {
    const given = Number(text);
    if (given >= EPOCH_MS) return within(given - now);
    return within(given >= EPOCH_SECONDS ? given * 1_000 - now : given * 1_000);
  }
  return spanMs(text) ?? dateMs(text, now);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const SPAN = /^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd])){1,5}$/;

/** Most spans have one part. */
const SHORT_SPAN = /^(\d{1,9}(?:\.\d{1,9})?)(ms|[smhd])$/;

/** A span in the form of Go's durations, for example `1h2m3.5s`. */
function spanMs(text: string): number | null {
  const [, only, of = ""] = SHORT_SPAN.exec(text) ?? [];
  if (only !== undefined) return within(Number(only) * (UNITS[of] ?? 0));
  if (!SPAN.test(text)) return null;
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
    ms += Number(count) * (UNITS[unit ?? ""] ?? 0);
  return within(ms);
}
