import { finding } from "../finding.ts";
import { defineCheck } from "./check.ts";

/** An answer with nothing in it: no text, no refusal, no tool call. */
export const empty = defineCheck({
  name: "empty",
  find: ({ text, refusal, toolCalls }) =>
    text.trim() === "" && refusal === null && toolCalls.length === 0
      ? [finding("empty", "the answer has no text and calls no tool")]
      : [],
});
