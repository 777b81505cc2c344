import type { Answer } from "./answer.ts";
import { asciiJson } from "./ascii-json.ts";

/** What one answer carries besides its content. */
export interface AnswerMarks {
  readonly id: string;
  readonly model: string;
  /** Epoch seconds. */
  readonly created: number;
}

/** The `usage` of an answer. */
export const usageOf = ({ promptTokens, completionTokens }: Answer): object => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0 },
});

/** The tool call of an answer, with as much of its arguments as `text`. */
export const toolCallOf = (answer: Answer, marks: AnswerMarks, text: string): object => ({
  id: `call_${marks.id}`,
  type: "function",
  function: { name: answer.tool, arguments: text },
});

/** The body of a whole answer (`chat.completion`). */
export function wholeBody(answer: Answer, marks: AnswerMarks): string {
  const text = answer.pieces.join("");
  const message = {
    role: "assistant",
    content: answer.kind === "text" ? text : null,
    refusal: answer.kind === "refusal" ? text : null,
    ...(answer.kind === "tool" ? { tool_calls: [toolCallOf(answer, marks, text)] } : {}),
  };
  return asciiJson({
    id: `chatcmpl-${marks.id}`,
    object: "chat.completion",
    created: marks.created,
    model: marks.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: usageOf(answer),
    system_fingerprint: null,
  });
}
