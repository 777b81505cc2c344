import type { CallEvent } from "../../../../domain/call/canonical.ts";
import type { AnswerEncoder } from "../../../../ports/dialect.ts";
import { isApart, writtenData, writtenSignature } from "../signatures.ts";
import { EncodedFacts, isObjectText } from "./encoded-facts.ts";
import { messageHead } from "./message-head.ts";

const EMPTY = Buffer.alloc(0);

type GrowingBlock =
  | { readonly type: "text"; text: string }
  | { readonly type: "thinking"; thinking: string; signature: string; isOpen: boolean }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | { readonly type: "tool_use"; readonly index: number; readonly id: string; readonly name: string };

/** Of reasoning that nobody signed. */
const UNSIGNED = { signature: null, data: null };

/** Gathers a translated answer and writes it as one message of the Messages API. */
export class WholeEncoder implements AnswerEncoder {
  readonly facts = new EncodedFacts();
  readonly #callId: string;
  readonly #blocks: GrowingBlock[] = [];

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
        if (event.text !== "") this.#thinking().thinking += event.text;
        break;
      case "reasoning-end":
        this.#endThinking(event);
        break;
      case "tool-call-start":
        this.#blocks.push({ type: "tool_use", index: event.index, id: event.id, name: event.name });
        break;
      default:
      // The facts have noted it.
    }
    return EMPTY;
  }

  end(): Buffer {
    const { finishReason, stopSequence } = this.facts;
    const head = JSON.stringify({
      ...messageHead(this.#callId, this.facts),
      stop_reason: finishReason,
      stop_sequence: stopSequence,
    });
    const content = this.#blocks.map((block) => this.#written(block)).join(",");
    return Buffer.from(`${head.slice(0, -1)},"content":[${content}]}`);
  }

  #say(text: string): void {
    const last = this.#blocks.at(-1);
    if (last?.type === "text") last.text += text;
    else if (text !== "") this.#blocks.push({ type: "text", text });
  }

  #thinking(): Extract<GrowingBlock, { type: "thinking" }> {
    const last = this.#blocks.at(-1);
    if (last?.type === "thinking" && last.isOpen) return last;
    const signature = writtenSignature(UNSIGNED);
    const block: GrowingBlock = { type: "thinking", thinking: "", signature, isOpen: true };
    this.#blocks.push(block);
    return block;
  }

  #endThinking(end: Extract<CallEvent, { type: "reasoning-end" }>): void {
    if (end.signature !== null) this.#thinking();
    const last = this.#blocks.at(-1);
    const hasWords = last?.type === "thinking" && last.isOpen;
    if (hasWords) {
      last.signature = writtenSignature(end);
      last.isOpen = false;
    }
    if (isApart(end, hasWords)) this.#blocks.push({ type: "redacted_thinking", data: writtenData(end) });
  }

  #written(block: GrowingBlock): string {
    if (block.type === "thinking") {
      return JSON.stringify({ type: block.type, thinking: block.thinking, signature: block.signature });
    }
    if (block.type !== "tool_use") return JSON.stringify(block);
    const { type, id, name, index } = block;
    return `${JSON.stringify({ type, id, name }).slice(0, -1)},"input":${this.#inputOf(index)}}`;
  }

  /**
   * The arguments as the model wrote them, so that no digit of a number is lost. What the limit cut off is no object:
   * then the text that there is goes along as it came.
   */
  #inputOf(index: number): string {
    const text = this.facts.argumentsOf(index);
    if (text === "") return "{}";
    return isObjectText(text) ? text : JSON.stringify({ _unfinished: text });
  }
}
