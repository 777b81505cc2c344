import { finding } from "../finding.ts";
import { defineCheck } from "./check.ts";

/** A refusal says so at once; what comes later is about something else. */
const OPENING = 240;

const PLAIN_WORDS = [
  "i cannot help with",
  "i can not help with",
  "i can't help with",
  "i cannot assist with",
  "i can't assist with",
  "i'm unable to help with",
  "i am unable to help with",
  "i'm unable to assist with",
  "i am unable to assist with",
  "i cannot comply with",
  "i can't comply with",
  "i cannot fulfill",
  "i can't fulfill",
  "i cannot provide assistance",
  "i can't provide assistance",
  "i won't be able to help with",
  "i must decline",
  "i have to decline",
];

/**
 * English sentences with which models decline, near the beginning of an answer that calls no tool. A guess: it
 * misses other words and other languages, and takes a quotation for the thing itself.
 */
export const refusalText = defineCheck({
  name: "refusal-text",
  find({ text, refusal, toolCalls }) {
    if (refusal !== null || toolCalls.length > 0) return [];
    const opening = text.slice(0, OPENING).toLowerCase().replaceAll("’", "'");
    const isRefusal = PLAIN_WORDS.some((words) => opening.includes(words));
    return isRefusal ? [finding("refusal-text", "the answer begins with words of a refusal")] : [];
  },
});
