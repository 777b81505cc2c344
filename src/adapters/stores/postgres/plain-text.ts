import { sha256Hex } from "../../../kit/hash.ts";

/** Index entries of PostgreSQL have less than 2,700 bytes. */
const MAX_LENGTH = 300;
const KEPT = 200;

/** Text of users as a `text` column takes it: well-formed, and without NUL, which PostgreSQL refuses. */
export const plainText = (text: string): string => text.toWellFormed().replaceAll("\u0000", "\u2400");

/** The same for an indexed column: what is too long ends in its own hash. Looking for it makes the same change. */
export function indexedText(text: string): string {
  const plain = plainText(text);
  return plain.length <= MAX_LENGTH ? plain : `${plain.slice(0, KEPT).toWellFormed()}…${sha256Hex(plain)}`;
}
