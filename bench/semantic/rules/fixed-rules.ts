import { EntrySet } from "../neighbours.ts";
import { MISS } from "./rule.ts";
import type { Rule } from "./rule.ts";

/** Gives an answer again to the same text, and to no other. */
export const exactOnly: Rule = {
  name: "exact only",
  bound: null,
  open({ data }) {
    const entries = new Map<string, number>();
    return (question) => {
      const text = data.texts[question] ?? "";
      const known = entries.get(text);
      if (known !== undefined) return { served: known, isJudged: false };
      entries.set(text, question);
      return MISS;
    };
  },
};

/** Gives the answer of the nearest entry wherever its similarity reaches a fixed number. */
export const staticThreshold = (threshold: number): Rule => ({
  name: `static ${threshold.toFixed(2)}`,
  bound: null,
  open({ data, neighbours }) {
    const entries = new EntrySet(data.texts.length);
    return (question) => {
      const nearest = neighbours.nearest(question, entries);
      if (nearest !== null && nearest.similarity >= threshold) return { served: nearest.entry, isJudged: false };
      entries.add(question);
      return MISS;
    };
  },
});
