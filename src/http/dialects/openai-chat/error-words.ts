import { isRecord } from "../is-record.ts";

/** Longest text of a provider that is repeated, characters. */
const WORDS_CHARACTERS = 300;

/** What an `error` member inside an answer says, in one plain line for the reason of a fault. */
export function errorWords(error: unknown): string {
  const plain = oneLine(wordsOf(error));
  return plain === "" ? "an error inside its answer" : `an error inside its answer: ${plain}`;
}

function wordsOf(error: unknown): string {
  if (typeof error === "string") return error;
  if (!isRecord(error)) return "";
  const kind = [error["code"], error["type"]].find((word) => typeof word === "string" && word !== "");
  const words = [kind, error["message"]].filter((word) => typeof word === "string" && word !== "");
  return words.join(", ");
}

/** Without control characters and characters that turn the direction of writing, and without the last full stop. */
const oneLine = (text: string): string =>
  text
    .slice(0, WORDS_CHARACTERS)
    .replace(/[\u0000-\u0020\u007f-\u00a0\u2028-\u202e\u2066-\u2069]+/g, " ")
    .trim()
    .replace(/\.$/, "")
    .toWellFormed();
