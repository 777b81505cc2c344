import type { MeteredUsage, TokenUsage } from "./price.ts";

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

/**
 * Usage that a provider reported when an answer began, for one that broke off: its input is right, and its output at
 * least what has come, which is estimated.
 */
export function usageSoFar(reported: TokenUsage, answerCharacters: number): MeteredUsage {
  const generated = Math.ceil(answerCharacters / CHARACTERS_PER_TOKEN) - reported.reasoning;
  return { ...reported, output: Math.max(reported.output, generated), estimated: true };
}
