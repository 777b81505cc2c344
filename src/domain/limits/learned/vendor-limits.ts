import { resetMs } from "../../../kit/backoff.ts";
import { countIn, MOST_LIMITS, trusted } from "./learned-limit.ts";
import type { AnswerHeaders, LearnedLimit, LimitUnit } from "./learned-limit.ts";

/** Longest name of a limit, characters. */
const LONGEST_ID = 48;

/** The provider's time, epoch milliseconds; asked for only where a reset is a point of time. */
export type ProviderNow = () => number;

/** One limit by the names of its headers. */
interface LimitHeaders {
  readonly id: string;
  readonly unit: LimitUnit;
  readonly limit: string;
  readonly remaining: string;
  readonly reset: string;
  readonly refill: LearnedLimit["refill"];
}

/**
 * Limits in the headers of OpenAI and its kin: `x-ratelimit-remaining-requests` and `…-tokens` with `…-limit-…` and
 * `…-reset-…`, also with a window in the name (`…-requests-day`, `…-req-minute`), for one side of a call
 * (`…-tokens-prompt`), or without any name, where calls are counted. Resets are spans, seconds, epochs or dates.
 */
export function openAiLimits(headers: AnswerHeaders, now: ProviderNow): readonly LearnedLimit[] {
  const found: LearnedLimit[] = [];
  for (const header in headers) {
    if (!header.startsWith(OPEN_AI) || found.length >= MOST_LIMITS) continue;
    const names = namesOf(header);
    const limit = names === null ? null : limitOf(names, headers, now);
    if (limit !== null) found.push(limit);
  }
  return found;
}

const OPEN_AI = "x-ratelimit-remaining";

/** Names that were met, which are always the same few; all are forgotten when there are more. */
const met = new Map<string, LimitHeaders | null>();
const MOST_MET = 256;

function namesOf(header: string): LimitHeaders | null {
  const known = met.get(header);
  if (known !== undefined) return known;
  const suffix = header.slice(OPEN_AI.length);
  const id = suffix === "" ? "requests" : suffix.slice(1);
  const unit = suffix === "" || suffix.startsWith("-") ? unitOf(id) : null;
  const names = { limit: `x-ratelimit-limit${suffix}`, remaining: header, reset: `x-ratelimit-reset${suffix}` };
  const made = unit === null || id.length > LONGEST_ID ? null : { id, unit, ...names, refill: "unsaid" as const };
  if (met.size >= MOST_MET) met.clear();
  met.set(header, made);
  return made;
}

/**
 * Limits in Anthropic's headers: `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-remaining` with
 * `…-limit` and `…-reset`, which is a date of RFC 3339.
 */
export function anthropicLimits(headers: AnswerHeaders, now: ProviderNow): readonly LearnedLimit[] {
  return ANTHROPIC.flatMap((names) => limitOf(names, headers, now) ?? []);
}

const ANTHROPIC = (["requests", "tokens", "input-tokens", "output-tokens"] as const).map((id): LimitHeaders => {
  const begin = `anthropic-ratelimit-${id}`;
  const names = { limit: `${begin}-limit`, remaining: `${begin}-remaining`, reset: `${begin}-reset` };
  return { id, unit: id, ...names, refill: "evenly" };
});

/** Shorter resets are spans or seconds, for which nobody needs to know the time. */
const SHORTEST_POINT = 10;

function limitOf(names: LimitHeaders, headers: AnswerHeaders, now: ProviderNow): LearnedLimit | null {
  const remaining = countIn(headers[names.remaining]);
  if (remaining === null) return null;
  const { id, unit, refill } = names;
  const reset = headers[names.reset];
  const at = reset === undefined || reset.length < SHORTEST_POINT ? 0 : now();
  const told = trusted(resetMs(reset, at) ?? undefined);
  return { id, unit, limit: countIn(headers[names.limit]), remaining, stepMs: stepOf(reset), refill, ...told };
}

/** What is counted, by the words of a name; `null` for what is neither calls nor tokens. */
function unitOf(id: string): LimitUnit | null {
  const words = id.split("-");
  if (words.some((word) => word === "tokens" || word === "token")) {
    if (words.some((word) => word === "input" || word === "prompt")) return "input-tokens";
    return words.some((word) => OUTPUT.has(word)) ? "output-tokens" : "tokens";
  }
  return words.some((word) => word === "requests" || word === "req" || word === "request") ? "requests" : null;
}

const OUTPUT: ReadonlySet<string> = new Set(["output", "generated", "completion"]);

/** Spans with a fraction or in milliseconds are exact; dates and whole numbers are seconds. */
function stepOf(reset: string | undefined): number {
  if (reset === undefined) return 0;
  return reset.includes("ms") || reset.includes(".") ? 1 : 1_000;
}
