import type { CallEvent } from "../../../domain/call/canonical.ts";
import { GatheredFacts } from "../openai-chat/gathered-facts.ts";

/**
 * The facts of a translated answer in the words of the older completions. They have no word for a refusal, which is
 * told as filtered content, and no place for calls of tools: an answer that calls one is none.
 */
export class CompletionFacts extends GatheredFacts {
  override note(event: CallEvent): void {
    if (this.fault !== null) return;
    if (event.type === "tool-call-start" || (event.type === "end" && event.finishReason === "tool_calls")) {
      return this.fail("provider_bad_answer", "it calls a tool that nobody offered");
    }
    super.note(event);
    if (event.type === "end" && this.refused && this.finishReason === "stop") this.finishReason = "content_filter";
  }
}
