import type { TokenLogprob } from "../call/canonical.ts";
import type { LogprobFloor } from "./routing-policy.ts";

/** Why the log-probabilities of an answer's tokens speak against it; `null` when they do not, or there are none. */
export function doubtTokens(tokens: readonly TokenLogprob[] | null, { mean, least }: LogprobFloor): string | null {
  if (tokens === null || tokens.length === 0) return null;
  let sum = 0;
  let lowest = 0;
  for (const { logprob } of tokens) {
    sum += logprob;
    lowest = Math.min(lowest, logprob);
  }
  const average = sum / tokens.length;
  if (mean !== null && average < mean) return `the mean log-probability is ${average.toFixed(2)}, below ${mean}`;
  if (least !== null && lowest < least) return `a token has the log-probability ${lowest.toFixed(2)}, below ${least}`;
  return null;
}
