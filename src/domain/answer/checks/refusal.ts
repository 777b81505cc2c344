import { finding } from "../finding.ts";
import { defineCheck } from "./check.ts";

/** A refusal that the dialect marks: OpenAI's `refusal`, `content_filter`, Anthropic's stop reason `refusal`. */
export const refusal = defineCheck({
  name: "refusal",
  find({ refusal: said, finishReason }) {
    if (said !== null) return [finding("refusal", "the model declined to answer")];
    return finishReason === "content_filter" ? [finding("refusal", "the provider's filter ended the answer")] : [];
  },
});
