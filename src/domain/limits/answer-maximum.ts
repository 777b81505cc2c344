import type { Json } from "../json.ts";

/** Tokens that an answer may have where neither request nor release nor model sets a maximum. */
export const LONGEST_ANSWER = 32_768;

/** No model answers more. Sums of what clients ask for stay exact: a bucket that had given 1e308 would be lost. */
const MOST_ANSWER = 100_000_000;

const MAXIMA = ["max_completion_tokens", "max_output_tokens", "max_tokens"] as const;

/** The most tokens of an answer that the fields of a request or a release set; `null` where they set none. */
export function answerMaximum(fields: Readonly<Record<string, Json | undefined>>): number | null {
  for (const name of MAXIMA) {
    const value = fields[name];
    if (typeof value === "number" && value >= 0) return Math.min(MOST_ANSWER, Math.ceil(value));
  }
  return null;
}
