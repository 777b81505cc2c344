import type { FinishReason } from "../../../../domain/call/canonical.ts";

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content_filter",
};

/** The API's `stop_reason` in canonical words; `pause_turn` and words to come are `other`. */
export const finishReasonOf = (stopReason: string): FinishReason =>
  Object.hasOwn(FINISH_REASONS, stopReason) ? (FINISH_REASONS[stopReason] ?? "other") : "other";

/** The API's word for why the model stopped; it has none for `other`, and its clients accept no new ones. */
export function stopReasonOf(reason: FinishReason, stopSequence: string | null): string {
  switch (reason) {
    case "stop":
      return stopSequence === null ? "end_turn" : "stop_sequence";
    case "length":
      return "max_tokens";
    case "tool_calls":
      return "tool_use";
    case "content_filter":
      return "refusal";
    default:
      return "end_turn";
  }
}
