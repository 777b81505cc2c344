import type { CallEvent } from "../../../../domain/call/canonical.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import type { AnswerEncoder } from "../../../../ports/dialect.ts";
import { isApart, writtenData, writtenSignature } from "../signatures.ts";
import { EncodedFacts, isObjectText } from "./encoded-facts.ts";
import { messageHead } from "./message-head.ts";
import { usageBody } from "./usage-of.ts";

interface WaitingCall {
  readonly id: string;
  readonly name: string;
}

/** Of reasoning that nobody signed. */
const UNSIGNED = { signature: null, data: null };

/**
 * Writes a translated answer as the events of the Messages API: `message_start` (held until something is said, as
 * it tells the input's usage where that is known), blocks one after another, `message_delta`, `message_stop`.
 */
export class StreamEncoder implements AnswerEncoder {
  readonly facts = new EncodedFacts();
  readonly #callId: string;
  #text = "";
  #isStarted = false;
  /** The position of the open block, or of the next one. */
  #block = 0;
  #open: "text" | "thinking" | "redacted" | number | null = null;
  /** Of the thinking that is open. */
  #signature = writtenSignature(UNSIGNED);
  /** Calls that began while another one was unfinished: they are written when the answer is over. */
  readonly #waiting = new Map<number, WaitingCall>();

  constructor(callId: string) {
    this.#callId = callId;
  }

  push(event: CallEvent): Buffer {
    this.facts.note(event);
    switch (event.type) {
      case "text-delta":
      case "refusal-delta":
        this.#say(event.text);
        break;
      case "reasoning-delta":
        this.#think(event.text);
        break;
      case "reasoning-end":
        this.#endThinking(event);
        break;
      case "tool-call-start":
        this.#startCall(event);
        break;
      case "tool-call-delta":
        this.#growCall(event);
        break;
      default:
      // The facts have noted it.
    }
    return this.#written();
  }

  end(): Buffer {
    this.#start();
    this.#close();
    for (const [index, call] of this.#waiting) {
      this.#openCall(index, call);
      this.#delta({ type: "input_json_delta", partial_json: this.facts.argumentsOf(index) });
      this.#close();
    }
    const { finishReason, stopSequence, usage } = this.facts;
    const delta = { stop_reason: finishReason, stop_sequence: stopSequence };
    this.#event("message_delta", { delta, usage: usage === null ? { output_tokens: 0 } : usageBody(usage) });
    this.#event("message_stop", {});
    return this.#written();
  }

  #say(text: string): void {
    if (text === "") return;
    if (this.#open !== "text") this.#begin("text", { type: "text", text: "" });
    this.#delta({ type: "text_delta", text });
  }

  #think(thinking: string): void {
    if (thinking === "") return;
    this.#openThinking();
    this.#delta({ type: "thinking_delta", thinking });
  }

  #openThinking(): void {
    if (this.#open !== "thinking") this.#begin("thinking", { type: "thinking", thinking: "", signature: "" });
  }

  #endThinking(end: Extract<CallEvent, { type: "reasoning-end" }>): void {
    if (end.signature !== null) this.#openThinking();
    const hasWords = this.#open === "thinking";
    this.#signature = writtenSignature(end);
    if (hasWords) this.#close();
    if (!isApart(end, hasWords)) return;
    this.#begin("redacted", { type: "redacted_thinking", data: writtenData(end) });
    this.#close();
  }

  #startCall({ index, id, name }: Extract<CallEvent, { type: "tool-call-start" }>): void {
    const isUnfinished = typeof this.#open === "number" && !this.#isFinished(this.#open);
    if (isUnfinished || this.#waiting.size > 0) this.#waiting.set(index, { id, name });
    else this.#openCall(index, { id, name });
  }

  #growCall({ index, argumentsDelta }: Extract<CallEvent, { type: "tool-call-delta" }>): void {
    if (this.#open === index) this.#delta({ type: "input_json_delta", partial_json: argumentsDelta });
    else if (!this.#waiting.has(index)) this.facts.fail("provider_bad_answer", "a tool call goes on after its end");
  }

  #isFinished(index: number): boolean {
    const text = this.facts.argumentsOf(index);
    return text !== "" && isObjectText(text);
  }

  #openCall(index: number, { id, name }: WaitingCall): void {
    this.#begin(index, { type: "tool_use", id, name, input: {} });
  }

  #begin(open: "text" | "thinking" | "redacted" | number, block: JsonObject): void {
    this.#start();
    this.#close();
    this.#open = open;
    this.#event("content_block_start", { index: this.#block, content_block: block });
  }

  #delta(delta: JsonObject): void {
    this.#event("content_block_delta", { index: this.#block, delta });
  }

  #close(): void {
    if (this.#open === null) return;
    if (this.#open === "thinking") this.#sign();
    this.#event("content_block_stop", { index: this.#block });
    this.#open = null;
    this.#block += 1;
  }

  #sign(): void {
    this.#delta({ type: "signature_delta", signature: this.#signature });
    this.#signature = writtenSignature(UNSIGNED);
  }

  #start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const message = { ...messageHead(this.#callId, this.facts), stop_reason: null, stop_sequence: null };
    this.#event("message_start", { message: { ...message, content: [] } });
  }

  #event(type: string, members: Readonly<Record<string, Json>>): void {
    this.#text += `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;
  }

  #written(): Buffer {
    const written = Buffer.from(this.#text);
    this.#text = "";
    return written;
  }
}
