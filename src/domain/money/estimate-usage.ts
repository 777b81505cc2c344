import type { MeteredUsage } from "./price.ts";

/** Characters of English text per token, the usual rule of thumb of tokenizer documentation. */
const CHARACTERS_PER_TOKEN = 4;

/** A flagged estimate for an answer whose provider reported no usage. */
export function estimateUsage(requestBytes: number, answerCharacters: number): MeteredUsage {
  return {
    input: Math.ceil(requestBytes / CHARACTERS_PER_TOKEN),
    cachedInput: 0,
    cacheWrite: 0,
    output: Math.ceil(answerCharacters / CHARACTERS_PER_TOKEN),
    reasoning: 0,
    estimated: true,
  };
}
