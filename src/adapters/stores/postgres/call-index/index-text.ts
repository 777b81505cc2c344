import type { CallBodies } from "../../../../domain/call/call-record.ts";
import { textOfCall } from "../../../../domain/call/call-text.ts";
import { hashWord, requestMark, wordsOfCall } from "../../../../domain/call/search-words.ts";
import type { EntryText } from "./index-entry.ts";

/** Characters of a gist. */
const GIST_CHARACTERS = 140;

/** Masks secrets and personal data in a text. */
export type MaskText = (text: string) => string;

/** The text of a call as the index keeps it; `requestHash` is the SHA-256 of its request. Where masking fails there is none: what cannot be masked is not kept. */
export function indexText(
  { request, answer }: Pick<CallBodies, "request" | "answer">,
  { day, requestHash, mask }: { readonly day: number; readonly requestHash: string | null; readonly mask: MaskText },
): EntryText | null {
  try {
    const text = textOfCall({ request, answer });
    const masked = {
      asked: mask(text.asked),
      answered: mask(text.answered),
      tools: text.tools,
      tags: text.tags.map(([name, value]) => [name, mask(value)] as const),
    };
    const found = new Set(wordsOfCall(masked));
    if (requestHash !== null) found.add(requestMark(requestHash));
    const words = Uint32Array.from(found, hashWord);
    return { day, asked: gistOf(masked.asked), answered: gistOf(masked.answered), words };
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
