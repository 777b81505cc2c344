import type { MeteredUsage, TokenUsage } from "./price.ts";

/** Characters of English text per token, the usual rule of thumb of tokenizer documentation. */
const CHARACTERS_PER_TOKEN = 4;

/** Tokens a second that a model is taken to have made where nothing of its answer was seen: the upper middle of what is common. */
const TOKENS_PER_SECOND = 100;

/** Tokens of an answer that was broken off after `ms` without a word of it, of the `most` that it could have had. */
export const unseenOutput = (ms: number, most: number): number =>
  Math.min(most, Math.ceil((ms / 1_000) * TOKENS_PER_SECOND));

/** Tokens of a text by its bytes. */
export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / CHARACTERS_PER_TOKEN);

/** A flagged estimate for an answer whose provider reported no usage, with the tokens that its request is taken to have. */
export function estimateUsage(input: number, answerCharacters: number): MeteredUsage {
  return {
    input,
    cachedInput: 0,
    cacheWrite: 0,
    output: Math.ceil(answerCharacters / CHARACTERS_PER_TOKEN),
    reasoning: 0,
    estimated: true,
  };
}

/**
 * Usage that a provider reported when an answer began, for one that broke off: its input is right, and its output at
 * least what has come, which is estimated. `unmeteredBytes` of the request were read, too, and are not in that input.
 */
export function usageSoFar(reported: TokenUsage, answerCharacters: number, unmeteredBytes = 0): MeteredUsage {
  const generated = Math.ceil(answerCharacters / CHARACTERS_PER_TOKEN) - reported.reasoning;
  const input = reported.input + tokensOfBytes(unmeteredBytes);
  return { ...reported, input, output: Math.max(reported.output, generated), estimated: true };
}
