/** Tokens per UTF-16 code unit by the kind of character: above what common tokenizers need for it on the average. */
const PER_LETTER = 0.3;
const PER_DIGIT = 0.7;
const PER_MARK = 0.7;
const PER_SPACE = 0.1;
const PER_OTHER_ALPHABET = 0.75;
const PER_IDEOGRAPH = 1.4;
const PER_REST = 1.6;

/** First code unit of each range of alphabets other than ASCII's, and of CJK. */
const LATIN_1 = 0x80;
const CJK = 0x2e80;
const SURROGATES = 0xd800;
const AFTER_HANGUL = 0xd7b0;
const PRIVATE = 0xe000;

/**
 * Tokens of a text, estimated from its characters: English prose comes to some 20 % more than tokenizers need, code and
 * other scripts to up to 2.5 times as many; base64, long numbers and small alphabets on older tokenizers to less than
 * they need (docs/context.md has what was measured). Linear, without allocation.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (let index = 0; index < text.length; index += 1) tokens += weightOf(text.charCodeAt(index));
  return Math.ceil(tokens);
}

function weightOf(code: number): number {
  if (code < LATIN_1) {
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)) return PER_LETTER;
    if (code === 0x20) return PER_SPACE;
    return code >= 0x30 && code <= 0x39 ? PER_DIGIT : PER_MARK;
  }
  if (code < CJK) return PER_OTHER_ALPHABET;
  if (code < AFTER_HANGUL) return PER_IDEOGRAPH;
  return code >= SURROGATES && code < PRIVATE ? PER_REST : PER_IDEOGRAPH;
}
