import type { CallEvent } from "../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { AnswerEncoder, AnswerForm } from "../../../ports/dialect.ts";
import { usageBody } from "../openai-chat/usage-of.ts";
import { choiceOf, headOf } from "./choice-of.ts";
import { CompletionFacts } from "./completion-facts.ts";

const EMPTY = Buffer.alloc(0);
const DONE = "data: [DONE]\n\n";

/** Writes a translated answer as `text_completion` events, in the order and form that OpenAI sends them. */
export class StreamEncoder implements AnswerEncoder {
  readonly facts = new CompletionFacts();
  readonly #form: AnswerForm;
  readonly #callId: string;
  readonly #createdAt: number;

  /** `createdAt` in epoch milliseconds. */
  constructor(form: AnswerForm, callId: string, createdAt: number) {
    this.#form = form;
    this.#callId = callId;
    this.#createdAt = createdAt;
  }

  push(event: CallEvent): Buffer {
    this.facts.note(event);
    if (this.facts.fault !== null) return EMPTY;
    switch (event.type) {
      case "text-delta":
      case "refusal-delta":
        return this.#piece({ text: event.text });
      case "reasoning-delta":
        return this.#piece({ thought: event.text });
      case "end":
        return this.#piece({ finishReason: this.facts.finishReason });
      default:
        return EMPTY;
    }
  }

  end(): Buffer {
    const { usage } = this.facts;
    if (!this.#form.usageInStream || usage === null) return Buffer.from(DONE);
    return Buffer.concat([this.#event({ choices: [], usage: usageBody(usage) }), Buffer.from(DONE)]);
  }

  #piece(said: Parameters<typeof choiceOf>[0]): Buffer {
    return this.#event({ choices: [choiceOf(said)], ...(this.#form.usageInStream && { usage: null }) });
  }

  #event(members: JsonObject): Buffer {
    const head = headOf(this.#callId, this.#createdAt, this.facts.model);
    return Buffer.from(`data: ${JSON.stringify({ ...head, ...members })}\n\n`);
  }
}
