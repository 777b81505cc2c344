import type { CallBodies } from "../../../../domain/call/call-record.ts";
import { textOfCall } from "../../../../domain/call/call-text.ts";
import { hashWord, REPAIRED, requestMark, wordHashesOfCall } from "../../../../domain/call/search-words.ts";
import type { CallGist } from "../../../../ports/call-index.ts";
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
    const words = wordHashesOfCall(masked);
    if (requestHash !== null) words.add(hashWord(requestMark(requestHash)) | 0);
    if (isRepaired) words.add(hashWord(REPAIRED) | 0);
    const newest = text.newest === text.asked ? masked.asked : mask(text.newest);
    return { day, asked: gistOf(newest), answered: gistOf(masked.answered), words: Uint32Array.from(words) };
  } catch {
    return null;
  }
}

/** The gist of a call that the index has not got to, from the same bytes, masked in the same way; `null` where masking fails. */
export function gistOfCall(bodies: Pick<CallBodies, "request" | "answer">, mask: MaskText): CallGist | null {
  try {
    const { newest, answered } = textOfCall(bodies);
    return { asked: gistOf(mask(newest)), answered: gistOf(mask(answered)) };
  } catch {
    return null;
  }
}

/** Where a text is more than words with single blanks between them. */
const UNEVEN = /\s\s|[^\S ]/;

/** The beginning of a text on one line. */
function gistOf(text: string): string {
  const head = text.slice(0, 4 * GIST_CHARACTERS).trim();
  const uneven = head.search(UNEVEN);
  const line = uneven === -1 || uneven >= GIST_CHARACTERS ? head : head.replaceAll(/\s+/g, " ");
  return line.slice(0, GIST_CHARACTERS).toWellFormed();
}
