import type { JsonObject } from "../../../domain/json.ts";

/** What a choice says. */
interface Said {
  readonly text?: string;
  /** What the model thinks. Not OpenAI's own member: compatible servers and their clients know it. */
  readonly thought?: string;
  readonly finishReason?: string | null;
}

/** The one choice of a completion, or of a piece of it. */
export const choiceOf = ({ text = "", thought = "", finishReason = null }: Said): JsonObject => ({
  text,
  index: 0,
  logprobs: null,
  finish_reason: finishReason,
  ...(thought !== "" && { reasoning_content: thought }),
});

/** What every completion and every piece of one begins with. `createdAt` in epoch milliseconds. */
export const headOf = (callId: string, createdAt: number, model: string | null): JsonObject => ({
  id: `cmpl-${callId}`,
  object: "text_completion",
  created: Math.floor(createdAt / 1000),
  model: model ?? "",
});
