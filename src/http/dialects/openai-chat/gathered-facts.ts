import type { CallEvent } from "../../../domain/call/canonical.ts";
import type { TokenUsage } from "../../../domain/money/price.ts";
import type { AnswerFacts } from "../../../ports/dialect.ts";
import { finishReasonOf } from "./finish-reason-of.ts";

/** The facts of an answer while they are gathered. */
export class GatheredFacts implements AnswerFacts {
  begun = false;
  finishReason: string | null = null;
  usage: TokenUsage | null = null;
  model: string | null = null;
  fault: AnswerFacts["fault"] = null;
  characters = 0;

  /** Text that the reader of the answer sees. */
  visible(text: unknown): void {
    if (typeof text !== "string" || text === "") return;
    this.begun = true;
    this.characters += text.length;
  }

  /** Text that is generated and paid for but not shown. */
  hidden(text: unknown): void {
    if (typeof text === "string") this.characters += text.length;
  }

  /** The first fault stays: what follows it is of no use. */
  fail(code: "provider_error" | "provider_bad_answer", reason: string): void {
    this.fault ??= { code, reason };
  }

  /** Notes one event of a translated answer. */
  note(event: CallEvent): void {
    switch (event.type) {
      case "answer-start":
        this.model = event.model;
        break;
      case "text-delta":
      case "refusal-delta":
        this.visible(event.text);
        break;
      case "reasoning-delta":
        this.hidden(event.text);
        break;
      case "tool-call-start":
        this.begun = true;
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
