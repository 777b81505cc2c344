/** Longest text of a provider that is repeated, characters. */
const WORDS_CHARACTERS = 300;

/**
 * What a provider says of an error inside its answer, in one plain line for the reason of a fault: without control
 * characters and characters that turn the direction of writing, and without the last full stop.
 */
export function providerWords(words: string): string {
  const plain = words
    .slice(0, WORDS_CHARACTERS)
    .replace(/[\u0000-\u0020\u007f-\u00a0\u2028-\u202e\u2066-\u2069]+/g, " ")
    .trim()
    .replace(/\.$/, "")
    .toWellFormed();
  return plain === "" ? "an error inside its answer" : `an error inside its answer: ${plain}`;
}
