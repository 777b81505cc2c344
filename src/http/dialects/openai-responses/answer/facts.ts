import type { CallEvent, FinishReason } from "../../../../domain/call/canonical.ts";
import { GatheredFacts } from "../../openai-chat/gathered-facts.ts";

/** The API's words for an answer's end: a status, or why it is incomplete. */
export const endWord = (reason: FinishReason): string =>
  reason === "length" ? "max_output_tokens" : reason === "content_filter" ? reason : "completed";

/** The facts of an answer of this API while they are gathered. */
export class ResponseFacts extends GatheredFacts {
  override note(event: CallEvent): void {
    super.note(event);
    if (event.type === "end") this.finishReason = endWord(event.finishReason);
  }
}
