/** What stands in the place of a secret or of something personal. */
export type Mask = "[secret]" | "[email]" | "[card]" | "[iban]" | "[phone]";

/** A part of a text that is to be replaced, half-open. */
export interface MaskedSpan {
  readonly start: number;
  readonly end: number;
  readonly mask: Mask;
}

/** Finds parts, in time in proportion to the text. */
export type Finder = (text: string) => readonly MaskedSpan[];

/** What the characters of a class are, by their code; those beyond ASCII are none of it. */
export function classOf(characters: string): (code: number) => boolean {
  const table = new Uint8Array(128);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return (code) => code < 128 && table[code] === 1;
}

export const DIGITS = "0123456789";
export const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const ALPHANUMERIC = `${DIGITS}${CAPITALS}${CAPITALS.toLowerCase()}`;

export const isDigit = classOf(DIGITS);
export const isAlphanumeric = classOf(ALPHANUMERIC);

/** The first place from `start` on whose character is not of the class, at most `most` further. */
export function endOf(
  text: string,
  start: number,
  { isIn, most }: { isIn: (code: number) => boolean; most: number },
): number {
  const last = Math.min(text.length, start + most);
  let end = start;
  while (end < last && isIn(text.charCodeAt(end))) end += 1;
  return end;
}
