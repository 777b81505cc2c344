/** What a provider counts. `tokens` are those of request and answer together. */
export type LimitUnit = "requests" | "tokens" | "input-tokens" | "output-tokens";

/** One limit of one key as its provider told it with an answer. */
export interface LearnedLimit {
  /** Tells the limits of a key apart, e.g. `tokens` and `tokens-day`; at most 48 characters. */
  readonly id: string;
  readonly unit: LimitUnit;
  /** `null` where the provider does not say. */
  readonly limit: number | null;
  readonly remaining: number;
  /** Until it is full again, ms from when it was told; 0 to `MOST_TRUST_MS`. */
  readonly resetMs: number;
  /** How finely the reset is written, ms. */
  readonly stepMs: number;
  /** Whether the provider named a later reset than is believed, or none at all. */
  readonly isGuessed: boolean;
  /** How it comes back until then: as documented, or `unsaid`, which its numbers must show. */
  readonly refill: "evenly" | "at-once" | "unsaid";
}

/** A provider that names a later reset is asked again after this all the same: a clock may be wrong, ms. */
export const MOST_TRUST_MS = 600_000;

/** What is left of a limit that names no reset is believed for this long, ms. */
export const UNSAID_MS = 1_000;

/** Limits of one answer that are looked at: providers send a handful. */
export const MOST_LIMITS = 16;

/** Response headers with lower-case names. */
export type AnswerHeaders = Readonly<Record<string, string | undefined>>;

/** What one call takes of each unit. */
export type Need = Readonly<Record<LimitUnit, number>>;

/** A call of which nothing is known but that it is one. */
export const ONE_REQUEST: Need = { requests: 1, tokens: 0, "input-tokens": 0, "output-tokens": 0 };

const COUNT = /^\d{1,15}(?:\.\d{1,9})?$/;

/** A plain number from 0 as providers write them, rounded down; `null` for anything else. */
export function countIn(value: string | undefined): number | null {
  const text = value?.trim() ?? "";
  return COUNT.test(text) ? Math.floor(Number(text)) : null;
}

/** How long until a reset, as far as it is believed; `undefined` for a limit that names none. */
export function trusted(resetMs: number | undefined): Pick<LearnedLimit, "resetMs" | "isGuessed"> {
  if (resetMs === undefined) return { resetMs: UNSAID_MS, isGuessed: true };
  return { resetMs: Math.min(MOST_TRUST_MS, Math.max(0, resetMs)), isGuessed: resetMs > MOST_TRUST_MS };
}
