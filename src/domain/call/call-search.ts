import { traceIdOf } from "../trace/trace-ids.ts";
import type { CallFacts } from "./call-record.ts";

/** What calls are counted by: members with few values. The names are those of the admin API. */
export const FACETS = [
  "environment",
  "endpoint",
  "release",
  "arm",
  "rollout",
  "tier",
  "provider",
  "model",
  "outcome",
  "error",
  "status",
  "finish",
  "key",
  "dialect",
  "stream",
  "kind",
] as const;

/** A member by which calls are counted. */
export type Facet = (typeof FACETS)[number];

/** What stands for a value that a call does not have; no name of anything has brackets. */
export const NO_VALUE = "(none)";

/** Both ends belong to it; an absent end is open. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
}

/** What can lie in a range, in whole units: a search and a count must agree on every call. */
export const MEASURES = ["latency", "firstToken", "cost", "tokens"] as const;

/** `latency` and `firstToken` in milliseconds, `cost` in millionths of a dollar, `tokens` of request and answer. */
export type Measure = (typeof MEASURES)[number];

/** Which recorded calls are looked for. Every part must hold; what is absent does not matter. */
export interface CallSearch {
  /** One of the values each. */
  readonly facets?: Partial<Record<Facet, readonly string[]>>;
  readonly session?: string;
  /** The end user, as the client named it. */
  readonly user?: string;
  /** W3C trace id, 32 hex digits. */
  readonly trace?: string;
  /** Arrival, epoch milliseconds, from `since` up to and without `until`. */
  readonly since?: number;
  readonly until?: number;
  readonly ranges?: Partial<Record<Measure, Range>>;
  /** Words and marks that must all be in the text extract, as `searchWords` gives them. */
  readonly words?: readonly string[];
  /** Words and marks of which none may be in it. */
  readonly without?: readonly string[];
  /** Only calls with these ids: those of which something was said. */
  readonly ids?: ReadonlySet<string>;
}

/** A call's value of a facet. */
export function facetValue(facts: CallFacts, facet: Facet): string {
  switch (facet) {
    case "environment":
      return facts.environment;
    case "rollout":
      return facts.rolloutId ?? NO_VALUE;
    case "error":
      return facts.errorCode ?? NO_VALUE;
    case "status":
      return String(facts.status);
    case "finish":
      return facts.finishReason ?? NO_VALUE;
    case "key":
      return facts.keyId ?? NO_VALUE;
    case "stream":
      return String(facts.stream);
    case "kind":
      return kindOf(facts);
    default:
      return facts[facet] ?? NO_VALUE;
  }
}

/** What made a call: an application, a backtest, or a person who sent a recorded one again. */
const kindOf = ({ backtest }: CallFacts): "traffic" | "backtest" | "replay" => {
  if (backtest === undefined) return "traffic";
  return backtest.id.startsWith("rpl_") ? "replay" : "backtest";
};

/** Stands for a measure that a call does not have: in no range. */
export const NO_MEASURE = 0xff_ff_ff_ff;

const PICO_PER_MICRO = 1_000_000n;

/** A call's measure in whole units (see `Measure`), at most 2^32 − 2; `NO_MEASURE` where it has none. */
export function measureOf(facts: CallFacts, measure: Measure): number {
  switch (measure) {
    case "latency":
      return whole(facts.totalMs);
    case "firstToken":
      return facts.firstTokenMs === null ? NO_MEASURE : whole(facts.firstTokenMs);
    case "cost":
      return whole(Number(facts.costPico / PICO_PER_MICRO));
    default:
      return facts.usage === null ? NO_MEASURE : whole(tokensOf(facts));
  }
}

/** Tokens of the request, cached ones among them, and of the answer. */
export const tokensOf = ({ usage }: CallFacts): number =>
  usage === null ? 0 : usage.input + usage.cachedInput + usage.cacheWrite + usage.output + usage.reasoning;

const whole = (value: number): number => Math.max(0, Math.min(NO_MEASURE - 1, Math.floor(value)));

/** Whether a measure lies in a range. */
export const inRange = (value: number, { from, to }: Range): boolean =>
  value !== NO_MEASURE && (from === undefined || value >= from) && (to === undefined || value <= to);

/** Whether a call is one of those, but for its words: they are not among its facts. */
export function meetsSearch(facts: CallFacts, search: CallSearch): boolean {
  const { facets = {}, ranges = {} } = search;
  for (const facet of FACETS) {
    const wanted = facets[facet];
    if (wanted !== undefined && !wanted.includes(facetValue(facts, facet))) return false;
  }
  for (const measure of MEASURES) {
    const range = ranges[measure];
    if (range !== undefined && !inRange(measureOf(facts, measure), range)) return false;
  }
  return (
    (search.session === undefined || facts.session?.id === search.session) &&
    (search.user === undefined || facts.user === search.user) &&
    (search.trace === undefined || traceIdOf(facts) === search.trace) &&
    (search.since === undefined || facts.at >= search.since) &&
    (search.until === undefined || facts.at < search.until) &&
    (search.ids === undefined || search.ids.has(facts.id))
  );
}

/** Whether words are looked for. */
export const hasWords = ({ words = [], without = [] }: CallSearch): boolean => words.length + without.length > 0;
