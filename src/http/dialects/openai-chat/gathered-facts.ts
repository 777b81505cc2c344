import type { CallEvent } from "../../../domain/call/canonical.ts";
import { CommonFacts } from "../common-facts.ts";
import { finishReasonOf } from "./finish-reason-of.ts";

/** The facts of an answer in OpenAI's words while they are gathered. */
export class GatheredFacts extends CommonFacts {
  refused = false;
  fingerprint: string | null = null;

  /** What the model says instead of answering. */
  refusal(text: unknown): void {
    if (typeof text !== "string" || text === "") return;
    this.refused = true;
    this.visible(text);
  }

  /** Notes one event of a translated answer. */
  note(event: CallEvent): void {
    this.piece();
    switch (event.type) {
      case "answer-start":
        this.model = event.model;
        break;
      case "text-delta":
        this.visible(event.text);
        break;
      case "refusal-delta":
        this.refusal(event.text);
        break;
      case "reasoning-delta":
        this.thought(event.text);
        break;
      case "tool-call-start":
        this.acts();
        break;
      case "tool-call-delta":
        this.hidden(event.argumentsDelta);
        break;
      case "usage":
        this.usage = event.usage;
        break;
      case "end":
        this.finishReason = finishReasonOf(event.finishReason);
        break;
      // They tell nothing that is noted.
      case "logprobs":
      case "reasoning-end":
    }
  }
}
