import { ietfLimits } from "./ietf-limits.ts";
import { MOST_LIMITS } from "./learned-limit.ts";
import type { AnswerHeaders, LearnedLimit } from "./learned-limit.ts";
import { anthropicLimits, openAiLimits } from "./vendor-limits.ts";

/**
 * The limits that a provider tells with an answer; none where it says nothing. `now` is epoch milliseconds. Where the
 * answer has a date, resets count from there: the provider's clock is the one that it knows.
 */
export function readLimits(headers: AnswerHeaders, now: number): readonly LearnedLimit[] {
  const families = familiesIn(headers);
  if (!families.openAi && !families.anthropic && !families.ietf) return NONE;
  const at = (): number => dateOf(headers["date"]) ?? now;
  const found = [
    ...(families.openAi ? openAiLimits(headers, at) : NONE),
    ...(families.anthropic ? anthropicLimits(headers, at) : NONE),
    ...(families.ietf ? ietfLimits(headers) : NONE),
  ];
  // A provider that answers a call has no limit of nothing: some write 0 where there is none.
  return found.filter(({ limit }) => limit !== 0).slice(0, MOST_LIMITS);
}

const NONE: readonly LearnedLimit[] = [];

/** Who speaks here; most answers of small servers have none of them, and cost one look at each name. */
function familiesIn(headers: AnswerHeaders): { openAi: boolean; anthropic: boolean; ietf: boolean } {
  const found = { openAi: false, anthropic: false, ietf: false };
  for (const name in headers) {
    if (name.startsWith("x-ratelimit-")) found.openAi = true;
    else if (name.startsWith("anthropic-ratelimit-")) found.anthropic = true;
    else if (name.startsWith("ratelimit")) found.ietf = true;
  }
  return found;
}

// `Sat, 21 Nov 2026 12:00:07 GMT`.
const DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function dateOf(value: string | undefined): number | null {
  if (value === undefined || !DATE.test(value)) return null;
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}
