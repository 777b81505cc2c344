import type { CallEvent } from "../../../domain/call/canonical.ts";
import type { AnswerEncoder } from "../../../ports/dialect.ts";
import { usageBody } from "../openai-chat/usage-of.ts";
import { choiceOf, headOf } from "./choice-of.ts";
import { CompletionFacts } from "./completion-facts.ts";

const EMPTY = Buffer.alloc(0);

/** Gathers a translated answer and writes it as one `text_completion`. */
export class WholeEncoder implements AnswerEncoder {
  readonly facts = new CompletionFacts();
  readonly #callId: string;
  readonly #createdAt: number;
  readonly #text: string[] = [];
  readonly #thought: string[] = [];

  /** `createdAt` in epoch milliseconds. */
  constructor(callId: string, createdAt: number) {
    this.#callId = callId;
    this.#createdAt = createdAt;
  }

  push(event: CallEvent): Buffer {
    this.facts.note(event);
    if (event.type === "text-delta" || event.type === "refusal-delta") this.#text.push(event.text);
    if (event.type === "reasoning-delta") this.#thought.push(event.text);
    return EMPTY;
  }

  end(): Buffer {
    const { model, usage, finishReason } = this.facts;
    const choice = choiceOf({ text: this.#text.join(""), thought: this.#thought.join(""), finishReason });
    const body = {
      ...headOf(this.#callId, this.#createdAt, model),
      choices: [choice],
      ...(usage !== null && { usage: usageBody(usage) }),
    };
    return Buffer.from(JSON.stringify(body));
  }
}
