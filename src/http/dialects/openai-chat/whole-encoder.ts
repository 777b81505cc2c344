import type { CallEvent } from "../../../domain/call/canonical.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import type { AnswerEncoder } from "../../../ports/dialect.ts";
import { GatheredFacts } from "./gathered-facts.ts";
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
  readonly #calls = new Map<number, GrowingCall>();

  /** `createdAt` in epoch milliseconds. */
  constructor(callId: string, createdAt: number) {
    this.#callId = callId;
    this.#createdAt = createdAt;
  }

  push(event: CallEvent): Buffer {
    this.facts.note(event);
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
      choices: [{ index: 0, message: this.#message(), logprobs: null, finish_reason: finishReason }],
    };
    if (usage !== null) body["usage"] = usageBody(usage);
    return Buffer.from(JSON.stringify(body));
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
    const message = { role: "assistant", content, refusal: this.#refusal };
    return calls.length === 0 ? message : { ...message, tool_calls: calls };
  }
}
