import { hasPersonalMark } from "./personal-marks.ts";
import { traitsOf } from "./question-traits.ts";
import type { QuestionTraits } from "./question-traits.ts";
import { TIME_PAIRS, TIME_WORDS } from "./word-lists.ts";

/** Why a question has nothing to do with answers to other questions: none is looked for, none is kept. */
export type QuestionBar =
  | "empty"
  /** Longer than what the embedder and the guards look at: what they did not see may be what matters. */
  | "too-long"
  /** It asks about now: an answer of yesterday is no answer. A short time to live may lift this. */
  | "time"
  | "personal";

/** Longest question that is compared with others, UTF-16 code units: what embedders of sentences see of a text. */
export const MOST_QUESTION = 2_000;

/** Why a question is not compared with others; `null` when it may be. Never throws. */
export function questionBar(text: string): QuestionBar | null {
  if (text.length > MOST_QUESTION) return "too-long";
  const traits = traitsOf(text);
  if (traits.words.length === 0) return "empty";
  if (hasPersonalMark(text)) return "personal";
  return asksAboutNow(traits) ? "time" : null;
}

/** Why an answer is not given to other questions; `null` when it may be. */
export const answerTextBar = (text: string): "personal" | null => (hasPersonalMark(text) ? "personal" : null);

const asksAboutNow = ({ words }: QuestionTraits): boolean =>
  words.some((word, at) => TIME_WORDS.has(word) || TIME_PAIRS.has(`${word} ${words[at + 1] ?? ""}`));
