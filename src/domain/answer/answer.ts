import type { CallEvent, FinishReason, TokenLogprob, ToolCall } from "../call/canonical.ts";
import type { TokenUsage } from "../money/price.ts";

/** An answer as a whole, in no vendor's form: what checks and verifiers look at. */
export interface AnswerSummary {
  /** All text of the answer; reasoning and refusals are not part of it. */
  readonly text: string;
  /** What the model said instead of answering, where its dialect marks it; `null` when it did not. */
  readonly refusal: string | null;
  /** In the order in which they began; `arguments` is JSON text as the model wrote it. */
  readonly toolCalls: readonly ToolCall[];
  /** `null` while the answer is incomplete. */
  readonly finishReason: FinishReason | null;
  /** Of the text, in order; `null` when none came. */
  readonly logprobs: readonly TokenLogprob[] | null;
  readonly usage: TokenUsage | null;
}

/** Gathers the events of one answer. Events of a second choice are none of it: readers give the first alone. */
export function summarise(events: Iterable<CallEvent>): AnswerSummary {
  const text: string[] = [];
  const refusal: string[] = [];
  const calls = new Map<number, { readonly id: string; readonly name: string; readonly parts: string[] }>();
  const logprobs: TokenLogprob[] = [];
  let finishReason: FinishReason | null = null;
  let usage: TokenUsage | null = null;
  for (const event of events) {
    switch (event.type) {
      case "text-delta":
        text.push(event.text);
        break;
      case "refusal-delta":
        refusal.push(event.text);
        break;
      case "logprobs":
        for (const token of event.tokens) logprobs.push(token);
        break;
      case "tool-call-start":
        if (!calls.has(event.index)) calls.set(event.index, { id: event.id, name: event.name, parts: [] });
        break;
      case "tool-call-delta":
        calls.get(event.index)?.parts.push(event.argumentsDelta);
        break;
      case "usage":
        usage = event.usage;
        break;
      case "end":
        finishReason = event.finishReason;
        break;
      default:
        break;
    }
  }
  return {
    text: text.join(""),
    refusal: refusal.length === 0 ? null : refusal.join(""),
    toolCalls: [...calls.values()].map(({ id, name, parts }) => ({ id, name, arguments: parts.join("") })),
    finishReason,
    logprobs: logprobs.length === 0 ? null : logprobs,
    usage,
  };
}
