import { traitsOf } from "./question-traits.ts";
import { CONTINUERS, POINTERS, STOP_WORDS } from "./word-lists.ts";

/** What shows that a question leans on earlier turns. */
export type StandaloneBar =
  /** It points at something: it, that, they. */
  | "pronoun"
  /** It goes on from something, or has too few words of its own. */
  | "ellipsis";

/** Fewer words with a subject than this are the rest of a question: "and for groups?". */
const LEAST_CONTENT = 2;

/**
 * What shows that a question cannot be understood without the turns before it; `null` when nothing does. To be asked of a
 * conversation's later turns only: a first message has nothing to lean on. Errs towards a bar, which costs a hit and no
 * wrong answer.
 */
export function standaloneBar(text: string): StandaloneBar | null {
  const { words } = traitsOf(text);
  if (words.some((word) => POINTERS.has(word))) return "pronoun";
  const begins = words[0];
  if (begins === undefined || CONTINUERS.has(begins)) return "ellipsis";
  const content = new Set(words.filter((word) => !STOP_WORDS.has(word)));
  return content.size < LEAST_CONTENT ? "ellipsis" : null;
}
