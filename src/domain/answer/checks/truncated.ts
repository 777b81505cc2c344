import { finding } from "../finding.ts";
import { defineCheck } from "./check.ts";

/** An answer that ended because it reached its limit of tokens, or the model's. */
export const truncated = defineCheck({
  name: "truncated",
  find: ({ finishReason }) =>
    finishReason === "length" ? [finding("truncated", "the answer reached its limit of tokens")] : [],
});
