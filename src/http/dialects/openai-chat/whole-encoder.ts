import type { CallEvent, TokenLogprob } from "../../../domain/call/canonical.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import type { AnswerEncoder } from "../../../ports/dialect.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { logprobsBody } from "./logprobs.ts";
import { reasoningDetails } from "./reasoning-details.ts";
import { usageBody } from "./usage-of.ts";

const EMPTY = Buffer.alloc(0);

interface GrowingCall {
  readonly id: string;
  readonly name: string;
  arguments: string;
}

/** Gathers a translated answer and writes it as one `chat.completion`. */
export class WholeEncoder implements AnswerEncoder {
  readonly facts = new GatheredFacts();
  readonly #callId: string;
  readonly #createdAt: number;
  #text: string | null = null;
  #refusal: string | null = null;
  readonly #tokens: TokenLogprob[] = [];
  readonly #reasoning: string[] = [];
  /** How many pieces of the reasoning belong to blocks that ended. */
  #reasoned = 0;
  readonly #details: JsonObject[] = [];
  readonly #calls = new Map<number, GrowingCall>();

  /** `createdAt` in epoch milliseconds. */
  constructor(callId: string, createdAt: number) {
    this.#callId = callId;
    this.#createdAt = createdAt;
  }

  push(event: CallEvent): Buffer {
    this.facts.note(event);
    if (event.type === "logprobs") this.#tokens.push(...event.tokens);
    if (event.type === "reasoning-delta") this.#reasoning.push(event.text);
    if (event.type === "reasoning-end") this.#reasoningEnd(event);
    if (event.type === "text-delta") this.#text = (this.#text ?? "") + event.text;
    if (event.type === "refusal-delta") this.#refusal = (this.#refusal ?? "") + event.text;
    if (event.type === "tool-call-start") this.#beginCall(event);
    if (event.type === "tool-call-delta") this.#growCall(event.index, event.argumentsDelta);
    return EMPTY;
  }

  end(): Buffer {
    const { model, usage, finishReason } = this.facts;
    const body: { [key: string]: Json } = {
      id: `chatcmpl-${this.#callId}`,
      object: "chat.completion",
      created: Math.floor(this.#createdAt / 1000),
      model: model ?? "",
      choices: [{ index: 0, message: this.#message(), logprobs: this.#logprobs(), finish_reason: finishReason }],
    };
    if (usage !== null) body["usage"] = usageBody(usage);
    return Buffer.from(JSON.stringify(body));
  }

  #logprobs(): JsonObject | null {
    return this.#tokens.length === 0 ? null : logprobsBody(this.#tokens);
  }

  #reasoningEnd({ type: _, ...opaque }: Extract<CallEvent, { type: "reasoning-end" }>): void {
    const text = this.#reasoning.slice(this.#reasoned).join("");
    this.#reasoned = this.#reasoning.length;
    this.#details.push(...reasoningDetails({ text, ...opaque }));
  }

  #beginCall({ index, id, name }: Extract<CallEvent, { type: "tool-call-start" }>): void {
    this.#calls.set(index, { id, name, arguments: "" });
  }

  #growCall(index: number, argumentsDelta: string): void {
    const call = this.#calls.get(index);
    if (call !== undefined) call.arguments += argumentsDelta;
  }

  #message(): JsonObject {
    const calls = [...this.#calls.values()].map((call) => ({
      id: call.id,
      type: "function",
      function: { name: call.name, arguments: call.arguments },
    }));
    // A message without text is null only where something else stands in its place.
    const content = this.#text ?? (calls.length > 0 || this.#refusal !== null ? null : "");
    return {
      role: "assistant",
      content,
      refusal: this.#refusal,
      ...(this.#reasoning.length > 0 && { reasoning_content: this.#reasoning.join("") }),
      ...(this.#details.length > 0 && { reasoning_details: this.#details }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
  }
}
