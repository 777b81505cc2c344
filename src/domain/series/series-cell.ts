import type { TokenClass } from "../spend/spend.ts";
import type { Histogram } from "./histogram.ts";

/** What cells are told apart by. */
export const SERIES_MEMBERS = ["environment", "endpoint", "release", "arm", "tier", "model"] as const;

/** One of them. */
export type SeriesMember = (typeof SERIES_MEMBERS)[number];

/**
 * Where a call is counted. Texts are empty where a call has no such thing: the endpoint, release and arm of a direct call, the tier of one
 * that nobody answered, the model of one that asked none.
 */
export interface SeriesMembers {
  readonly environment: string;
  readonly endpoint: string;
  /** `support-bot@7`. */
  readonly release: string;
  /** `stable` or `candidate`; `shadow` and `backtest` of copies and replays, which are no calls: only their attempts and cost count. */
  readonly arm: string;
  readonly tier: string;
  /** `provider/model` of the last attempt. */
  readonly model: string;
}

/** Stands for everything but the environment where a minute has too many cells. No endpoint, release or model can have this name. */
export const OTHER = "(other)";

/** How many values there were and what they add up to. */
export interface ValueSum {
  readonly count: number;
  /** In millionths, whole. */
  readonly sumMicro: number;
}

/**
 * What the calls of a cell came to. Everything can be added. What belongs to attempts (their number and errors, tokens, cost) stands with the
 * model that was asked; everything else with the model of the last attempt.
 */
export interface SeriesTally {
  /** Calls that ended: `failed`, `abandoned` by their client, and all others with an answer. */
  readonly calls: number;
  readonly failed: number;
  /** Of the failed ones those that the request itself is not to blame for: what availability is about. */
  readonly faults: number;
  readonly abandoned: number;
  readonly streams: number;
  /** Failed calls by error code. */
  readonly errors: Readonly<Record<string, number>>;
  /**
   * Of the failed ones those that a budget or limit has refused which all callers share, by `refuserName`: no caller alone is to blame for them.
   */
  readonly sharedRefusals: Readonly<Record<string, number>>;
  /** From arrival to the last byte, of calls that were answered. */
  readonly latency: Histogram;
  /** From arrival to the first token, of streams that were answered. */
  readonly firstToken: Histogram;
  readonly attempts: number;
  /** Failed attempts by error code. */
  readonly attemptErrors: Readonly<Record<string, number>>;
  readonly tokens: Readonly<Record<TokenClass, number>>;
  /** Of all attempts and of what was asked beside them. */
  readonly costPico: bigint;
  /** What was said of calls afterwards, in the minute in which it was said. */
  readonly thumbsUp: number;
  readonly thumbsDown: number;
  readonly problems: number;
  readonly corrections: number;
  /** Scores from 0 to 1 that people and applications gave. */
  readonly scores: ValueSum;
  /** The same of judges. */
  readonly judged: ValueSum;
  /** Scores of judges by twentieths: bucket i holds those from i/20 up to below (i+1)/20, the last (20) holds 1. Buckets missing at the end are 0. */
  readonly judgedBy: readonly number[];
}

/** The histograms of a tally. */
export const SERIES_HISTOGRAMS = ["latency", "firstToken"] as const;

/** One of them. */
export type SeriesHistogram = (typeof SERIES_HISTOGRAMS)[number];

/** How long a cell lasts. */
export type SeriesSpan = "minute" | "hour";

/** The same in milliseconds. */
export const SPAN_MS: Readonly<Record<SeriesSpan, number>> = { minute: 60_000, hour: 3_600_000 };

/** How long cells are kept, milliseconds: two days and 400 days. */
export const SPAN_KEPT_MS: Readonly<Record<SeriesSpan, number>> = {
  minute: 2 * 24 * 3_600_000,
  hour: 400 * 24 * 3_600_000,
};

/** What was counted in one minute, or since the last time it was taken. */
export interface SeriesCell {
  /** Beginning of its minute, epoch milliseconds. Calls count when they end. */
  readonly start: number;
  readonly members: SeriesMembers;
  readonly tally: SeriesTally;
}
