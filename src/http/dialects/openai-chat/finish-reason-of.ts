import type { FinishReason } from "../../../domain/call/canonical.ts";

/** OpenAI's word for why the model stopped; it has none for `other`, and its clients accept no new ones. */
export const finishReasonOf = (reason: FinishReason): Exclude<FinishReason, "other"> =>
  reason === "other" ? "stop" : reason;
