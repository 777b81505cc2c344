import type { CallEvent, FinishReason } from "../../../domain/call/canonical.ts";
import { withServiceTier } from "../../../domain/money/service-tier.ts";
import { isRecord } from "../is-record.ts";
import { logprobsIn } from "./logprobs.ts";
import { opaqueParts } from "./reasoning-details.ts";
import { ToolCallEvents } from "./tool-call-events.ts";
import { usageOf } from "./usage-of.ts";

type Body = Readonly<Record<string, unknown>>;

/** Words for why the model stopped, OpenAI's and those of servers that follow it. */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["stop", "stop"],
  ["eos", "stop"],
  ["length", "length"],
  ["max_tokens", "length"],
  ["tool_calls", "tool_calls"],
  ["function_call", "tool_calls"],
  ["content_filter", "content_filter"],
]);

/**
 * Translates chunks, or one whole completion, into canonical events. Usage and the end come together and last:
 * OpenAI sends usage after the reason, and other dialects want it before. Only the first choice is read.
 */
export class ChunkEvents {
  readonly #calls = new ToolCallEvents();
  #events: CallEvent[] = [];
  #started = false;
  #usage: Extract<CallEvent, { type: "usage" }> | null = null;
  #reason: string | null = null;
  #stopSequence: string | null = null;

  /** A chunk, or with `delta` named `message` a whole completion. */
  translate(body: Body, delta: "delta" | "message"): readonly CallEvent[] {
    const { id, model, choices, usage } = body;
    if (Array.isArray(choices)) {
      this.#start(id, model);
      for (const choice of choices) if (isRecord(choice) && (choice["index"] ?? 0) === 0) this.#choice(choice, delta);
    }
    const counts = usageOf(usage);
    if (counts !== null) this.#usage = { type: "usage", usage: withServiceTier(counts, body["service_tier"]) };
    return this.#taken();
  }

  /** What comes last; nothing when no reason came, for then the answer is not complete. */
  finish(): readonly CallEvent[] {
    if (this.#reason === null) return [];
    this.#events.push(...this.#calls.end());
    if (this.#usage !== null) this.#events.push(this.#usage);
    this.#events.push({
      type: "end",
      finishReason: this.#finishReason(this.#reason),
      ...(this.#stopSequence !== null && { stopSequence: this.#stopSequence }),
    });
    this.#reason = null;
    return this.#taken();
  }

  #taken(): readonly CallEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #start(id: unknown, model: unknown): void {
    if (this.#started) return;
    this.#started = true;
    this.#events.push({ type: "answer-start", id: textOf(id), model: textOf(model) });
  }

  #choice(choice: Body, delta: "delta" | "message"): void {
    const said = choice[delta];
    if (isRecord(said)) this.#said(said);
    const tokens = logprobsIn(choice["logprobs"]);
    if (tokens.length > 0) this.#events.push({ type: "logprobs", tokens });
    const { finish_reason: reason, stop_reason: stop } = choice;
    if (typeof reason === "string") this.#reason = reason;
    // vLLM says there which text it stopped at.
    if (typeof stop === "string" && reason === "stop") this.#stopSequence = stop;
  }

  #said(said: Body): void {
    const { content, refusal, tool_calls: calls } = said;
    // DeepSeek and vLLM have the one name, OpenRouter and Groq the other.
    this.#text("reasoning-delta", said["reasoning_content"] ?? said["reasoning"]);
    for (const opaque of opaqueParts(said["reasoning_details"])) {
      this.#events.push({ type: "reasoning-end", ...opaque });
    }
    if (Array.isArray(content)) for (const part of content) this.#part(part);
    else this.#text("text-delta", content);
    this.#text("refusal-delta", refusal);
    if (Array.isArray(calls)) for (const call of calls) this.#events.push(...this.#calls.translate(call));
  }

  /** Mistral's answers may come in parts, its models' thinking among them. */
  #part(part: unknown): void {
    if (!isRecord(part)) return;
    if (part["type"] !== "thinking") return this.#text("text-delta", part["text"]);
    const thoughts = Array.isArray(part["thinking"]) ? part["thinking"] : [];
    for (const thought of thoughts) if (isRecord(thought)) this.#text("reasoning-delta", thought["text"]);
  }

  #text(type: "text-delta" | "refusal-delta" | "reasoning-delta", text: unknown): void {
    if (typeof text === "string" && text !== "") this.#events.push({ type, text });
  }

  /** A call of a tool that the request forced ends with `stop` at OpenAI; other dialects tell it by the reason. */
  #finishReason(reason: string): FinishReason {
    const known = REASONS.get(reason) ?? "other";
    return known === "stop" && this.#calls.any ? "tool_calls" : known;
  }
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
