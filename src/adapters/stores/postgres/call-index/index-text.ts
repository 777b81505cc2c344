import type { CallBodies } from "../../../../domain/call/call-record.ts";
import { textOfCall } from "../../../../domain/call/call-text.ts";
import { hashWord, REPAIRED, requestMark, wordsOfCall } from "../../../../domain/call/search-words.ts";
import type { EntryText } from "./index-entry.ts";

/** Characters of a gist. */
const GIST_CHARACTERS = 140;

/** Masks secrets and personal data in a text. */
export type MaskText = (text: string) => string;

/** What else the text of a call depends on. */
export interface TextTerms {
  readonly day: number;
  /** SHA-256 of its request. */
  readonly requestHash: string | null;
  readonly isRepaired: boolean;
  readonly mask: MaskText;
}

/** The text of a call as the index keeps it. Where masking fails there is none: what cannot be masked is not kept. */
export function indexText(
  { request, answer }: Pick<CallBodies, "request" | "answer">,
  { day, requestHash, isRepaired, mask }: TextTerms,
): EntryText | null {
  try {
    const text = textOfCall({ request, answer });
    const masked = {
      asked: mask(text.asked),
      answered: mask(text.answered),
      fault: mask(text.fault),
      tools: text.tools,
      tags: text.tags.map(([name, value]) => [name, mask(value)] as const),
    };
    const found = new Set(wordsOfCall(masked));
    if (requestHash !== null) found.add(requestMark(requestHash));
    if (isRepaired) found.add(REPAIRED);
    const words = Uint32Array.from(found, hashWord);
    const newest = text.newest === text.asked ? masked.asked : mask(text.newest);
    return { day, asked: gistOf(newest), answered: gistOf(masked.answered), words };
  } catch {
    return null;
  }
}

/** The beginning of a text on one line. */
const gistOf = (text: string): string =>
  text
    .slice(0, 4 * GIST_CHARACTERS)
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, GIST_CHARACTERS)
    .toWellFormed();
