import type { CallEvent } from "../../../../domain/call/canonical.ts";
import type { TokenUsage } from "../../../../domain/money/price.ts";
import { isRecord } from "../../is-record.ts";
import { readOpaque } from "../signatures.ts";
import type { MessageBody } from "./message-in.ts";
import { errorWords } from "./error-words.ts";
import type { CommonFacts } from "../../common-facts.ts";
import { finishReasonOf } from "./stop-reason.ts";
import { usageOf } from "./usage-of.ts";

type Body = Readonly<Record<string, unknown>>;

/** A block of the answer that is open. */
type OpenBlock =
  | { readonly type: "text" }
  | { readonly type: "thinking"; signature: string }
  | { readonly type: "tool_use"; readonly call: number; hasArguments: boolean };

/**
 * Turns the API's events into canonical ones. Citations and blocks of tools that Anthropic itself runs are left
 * out: a translated request cannot have asked for them. The usage that a stream begins with is told at once, so
 * that the price of the input is known even if the stream is cut.
 */
export class EventTranslator {
  readonly #fault: Pick<CommonFacts, "fail">;
  readonly #blocks = new Map<unknown, OpenBlock>();
  #calls = 0;
  #usage: TokenUsage | null = null;
  #stopReason: string | null = null;
  #stopSequence: string | null = null;

  constructor(fault: Pick<CommonFacts, "fail">) {
    this.#fault = fault;
  }

  /** What one event of a stream says. */
  translate(body: Body): readonly CallEvent[] {
    switch (body["type"]) {
      case "message_start":
        return isRecord(body["message"]) ? this.#head(body["message"]) : [];
      case "content_block_start":
        return isRecord(body["content_block"]) ? this.#open(body["index"], body["content_block"]) : [];
      case "content_block_delta":
        return isRecord(body["delta"]) ? this.#grow(body["index"], body["delta"]) : [];
      case "content_block_stop":
        return this.#close(body["index"]);
      case "message_delta":
        return this.#closing(isRecord(body["delta"]) ? body["delta"] : {}, body["usage"]);
      case "message_stop":
        return this.#end();
      case "error":
        this.#fault.fail("provider_error", errorWords(body["error"]));
        return [];
      default:
        return [];
    }
  }

  /** What one whole message says. */
  translateMessage(message: MessageBody): readonly CallEvent[] {
    const blocks = (message["content"] as readonly unknown[]).filter(isRecord);
    const said = blocks.flatMap((block, index) => [
      ...this.#open(index, block),
      ...this.#signature(index, block),
      ...this.#close(index),
    ]);
    return [startOf(message), ...said, ...this.#closing(message, message["usage"]), ...this.#end()];
  }

  #head(message: Body): readonly CallEvent[] {
    return [startOf(message), ...this.#counted(message["usage"])];
  }

  #counted(usage: unknown): readonly CallEvent[] {
    const counted = usageOf(usage, this.#usage);
    if (counted === null || counted === this.#usage) return [];
    this.#usage = counted;
    return [{ type: "usage", usage: counted }];
  }

  #open(index: unknown, block: Body): readonly CallEvent[] {
    switch (block["type"]) {
      case "text":
        this.#blocks.set(index, { type: "text" });
        return textDelta(block["text"]);
      case "thinking":
        this.#blocks.set(index, { type: "thinking", signature: "" });
        return reasoningDelta(block["thinking"]);
      case "redacted_thinking":
        return [{ type: "reasoning-end", ...readOpaque("data", textOr(block["data"], "")) }];
      case "tool_use":
        return this.#openCall(index, block);
      default:
        return [];
    }
  }

  #openCall(index: unknown, { id, name, input }: Body): readonly CallEvent[] {
    const call = this.#calls;
    this.#calls += 1;
    const given = isRecord(input) && Object.keys(input).length > 0 ? this.#written(input) : null;
    this.#blocks.set(index, { type: "tool_use", call, hasArguments: given !== null });
    const start: CallEvent = { type: "tool-call-start", index: call, id: textOr(id, ""), name: textOr(name, "") };
    return given === null ? [start] : [start, { type: "tool-call-delta", index: call, argumentsDelta: given }];
  }

  /** Objects that are nested without end can be read, and not be written. */
  #written(input: object): string | null {
    try {
      return JSON.stringify(input);
    } catch {
      this.#fault.fail("provider_bad_answer", "the arguments of a tool call are nested too deeply");
      return null;
    }
  }

  #grow(index: unknown, delta: Body): readonly CallEvent[] {
    const block = this.#blocks.get(index);
    if (block?.type === "text" && delta["type"] === "text_delta") return textDelta(delta["text"]);
    if (block?.type === "thinking") {
      if (delta["type"] === "thinking_delta") return reasoningDelta(delta["thinking"]);
      return this.#signature(index, delta);
    }
    const piece = delta["partial_json"];
    if (block?.type !== "tool_use" || typeof piece !== "string" || piece === "") return [];
    block.hasArguments = true;
    return [{ type: "tool-call-delta", index: block.call, argumentsDelta: piece }];
  }

  #signature(index: unknown, { signature }: Body): readonly CallEvent[] {
    const block = this.#blocks.get(index);
    if (block?.type === "thinking" && typeof signature === "string") block.signature += signature;
    return [];
  }

  #close(index: unknown): readonly CallEvent[] {
    const block = this.#blocks.get(index);
    this.#blocks.delete(index);
    if (block?.type === "thinking") return [{ type: "reasoning-end", ...readOpaque("signature", block.signature) }];
    // A tool without arguments is called with an empty object, which the API does not write out.
    if (block?.type !== "tool_use" || block.hasArguments) return [];
    return [{ type: "tool-call-delta", index: block.call, argumentsDelta: "{}" }];
  }

  #closing({ stop_reason, stop_sequence }: Body, usage: unknown): readonly CallEvent[] {
    if (typeof stop_reason === "string") this.#stopReason = stop_reason;
    if (typeof stop_sequence === "string") this.#stopSequence = stop_sequence;
    return this.#counted(usage);
  }

  #end(): readonly CallEvent[] {
    if (this.#stopReason === null) return [];
    const finishReason = finishReasonOf(this.#stopReason);
    const stopped = this.#stopReason === "stop_sequence" ? this.#stopSequence : null;
    return [{ type: "end", finishReason, ...(stopped !== null && { stopSequence: stopped }) }];
  }
}

const startOf = ({ id, model }: Body): CallEvent => ({
  type: "answer-start",
  id: textOr(id, ""),
  model: textOr(model, ""),
});

const textOr = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

const textDelta = (text: unknown): readonly CallEvent[] =>
  typeof text === "string" && text !== "" ? [{ type: "text-delta", text }] : [];

const reasoningDelta = (text: unknown): readonly CallEvent[] =>
  typeof text === "string" && text !== "" ? [{ type: "reasoning-delta", text }] : [];
