import type { CallEvent, TokenLogprob } from "../../../../domain/call/canonical.ts";
import { withServiceTier } from "../../../../domain/money/service-tier.ts";
import type { GatheredFacts } from "../../openai-chat/gathered-facts.ts";
import { errorWords } from "../../openai-chat/error-words.ts";
import { isRecord } from "../../is-record.ts";
import { unpackReasoning } from "../opaque-reasoning.ts";
import { usageOf } from "./usage-of.ts";

type Body = Readonly<Record<string, unknown>>;

/**
 * Turns the API's events into canonical ones. Items of hosted tools are left out: a translated request cannot have
 * asked for them. What came as deltas is not told again by the events that repeat it whole; an item of which no
 * delta came is told when it is done.
 */
export class EventTranslator {
  readonly #fault: Pick<GatheredFacts, "fail">;
  /** Output items of which a delta or a start was told, by their index. */
  readonly #told = new Set<unknown>();
  readonly #calls = new Map<unknown, { readonly index: number; hasArguments: boolean }>();
  #hasCalls = false;
  #started = false;
  #summaryPart: unknown = null;
  #nextCall = 0;

  constructor(fault: Pick<GatheredFacts, "fail">) {
    this.#fault = fault;
  }

  /** What one event of a stream says. */
  translate(body: Body): readonly CallEvent[] {
    const index = body["output_index"] ?? 0;
    switch (body["type"]) {
      case "response.created":
      case "response.in_progress":
        return this.#start(body["response"]);
      case "response.output_item.added":
        return this.#added(index, body["item"]);
      case "response.output_text.delta":
        this.#told.add(index);
        return [...textDelta("text-delta", body["delta"]), ...logprobs(body["logprobs"])];
      case "response.refusal.delta":
        this.#told.add(index);
        return textDelta("refusal-delta", body["delta"]);
      case "response.reasoning_summary_text.delta":
      case "response.reasoning_text.delta":
        return this.#reasoning(index, body);
      case "response.function_call_arguments.delta":
        return this.#arguments(index, body["delta"]);
      case "response.output_item.done":
        return this.#done(index, body["item"]);
      case "response.completed":
      case "response.incomplete":
        return this.#end(body["response"]);
      case "response.failed":
        this.#fault.fail("provider_error", errorWords(isRecord(body["response"]) ? body["response"]["error"] : null));
        return [];
      case "error":
        this.#fault.fail("provider_error", errorWords(body["error"] ?? body));
        return [];
      default:
        return [];
    }
  }

  /** What one whole response says. */
  translateWhole(response: Body): readonly CallEvent[] {
    const items = Array.isArray(response["output"]) ? (response["output"] as readonly unknown[]) : [];
    return [
      ...this.#start(response),
      ...items.flatMap((item, index) => this.#done(index, item)),
      ...this.#end(response),
    ];
  }

  #start(response: unknown): readonly CallEvent[] {
    if (this.#started || !isRecord(response)) return [];
    this.#started = true;
    return [{ type: "answer-start", id: textOr(response["id"], ""), model: textOr(response["model"], "") }];
  }

  #added(index: unknown, item: unknown): readonly CallEvent[] {
    if (!isRecord(item) || item["type"] !== "function_call") return [];
    return this.#openCall(index, item);
  }

  #openCall(key: unknown, item: Body): readonly CallEvent[] {
    if (this.#calls.has(key)) return [];
    const index = this.#nextCall;
    this.#nextCall += 1;
    this.#calls.set(key, { index, hasArguments: false });
    this.#hasCalls = true;
    const start: CallEvent = {
      type: "tool-call-start",
      index,
      id: textOr(item["call_id"], textOr(item["id"], "")),
      name: textOr(item["name"], ""),
    };
    return [start];
  }

  #arguments(key: unknown, delta: unknown): readonly CallEvent[] {
    const call = this.#calls.get(key);
    if (call === undefined || typeof delta !== "string" || delta === "") return [];
    call.hasArguments = true;
    return [{ type: "tool-call-delta", index: call.index, argumentsDelta: delta }];
  }

  /** Parts of a summary are told as paragraphs. */
  #reasoning(index: unknown, body: Body): readonly CallEvent[] {
    const part = JSON.stringify([index, body["summary_index"] ?? body["content_index"] ?? 0]);
    const isNext = this.#told.has(index) && this.#summaryPart !== part;
    this.#summaryPart = part;
    this.#told.add(index);
    const told = textDelta("reasoning-delta", body["delta"]);
    return isNext && told.length > 0 ? [{ type: "reasoning-delta", text: "\n\n" }, ...told] : told;
  }

  #done(index: unknown, item: unknown): readonly CallEvent[] {
    if (!isRecord(item)) return [];
    if (item["type"] === "function_call") {
      const opened = this.#openCall(index, item);
      const isTold = this.#calls.get(index)?.hasArguments === true;
      return isTold ? opened : [...opened, ...this.#arguments(index, item["arguments"])];
    }
    if (item["type"] === "reasoning") {
      const said = this.#told.has(index) ? [] : textDelta("reasoning-delta", reasoningText(item));
      const opaque = unpackReasoning(typeof item["encrypted_content"] === "string" ? item["encrypted_content"] : null);
      return [...said, { type: "reasoning-end", ...opaque }];
    }
    if (item["type"] !== "message") return [];
    const parts = Array.isArray(item["content"]) ? (item["content"] as readonly unknown[]).filter(isRecord) : [];
    return this.#told.has(index) ? [] : parts.flatMap(partEvents);
  }

  #end(value: unknown): readonly CallEvent[] {
    const response = isRecord(value) ? value : {};
    const { status, incomplete_details: details, error } = response;
    if (error != null || status === "failed" || status === "cancelled") {
      this.#fault.fail("provider_error", errorWords(error));
      return [];
    }
    const usage = usageOf(response["usage"]);
    const counted: readonly CallEvent[] =
      usage === null ? [] : [{ type: "usage", usage: withServiceTier(usage, response["service_tier"]) }];
    const reason = isRecord(details) ? details["reason"] : null;
    if (reason === "max_output_tokens") return [...counted, { type: "end", finishReason: "length" }];
    if (reason === "content_filter") return [...counted, { type: "end", finishReason: reason }];
    if (status === "incomplete") return [...counted, { type: "end", finishReason: "other" }];
    if (status !== undefined && status !== null && status !== "completed") return counted;
    return [...counted, { type: "end", finishReason: this.#hasCalls ? "tool_calls" : "stop" }];
  }
}

function partEvents(part: Body): readonly CallEvent[] {
  if (part["type"] === "refusal") return textDelta("refusal-delta", part["refusal"]);
  if (part["type"] !== "output_text") return [];
  return [...textDelta("text-delta", part["text"]), ...logprobs(part["logprobs"])];
}

function reasoningText(item: Body): string {
  const parts = [item["summary"], item["content"]].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return parts
    .flatMap((part) => (isRecord(part) && typeof part["text"] === "string" ? [part["text"]] : []))
    .join("\n\n");
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

function textDelta(type: "text-delta" | "refusal-delta" | "reasoning-delta", text: unknown): readonly CallEvent[] {
  return typeof text === "string" && text !== "" ? [{ type, text }] : [];
}

function logprobs(list: unknown): readonly CallEvent[] {
  if (!Array.isArray(list) || list.length === 0) return [];
  const tokens = (list as readonly unknown[]).filter(isRecord).map((token): TokenLogprob => ({
    ...oneToken(token),
    top: (Array.isArray(token["top_logprobs"]) ? (token["top_logprobs"] as readonly unknown[]) : [])
      .filter(isRecord)
      .map(oneToken),
  }));
  return [{ type: "logprobs", tokens }];
}

const oneToken = ({ token, logprob, bytes }: Body): Omit<TokenLogprob, "top"> => ({
  token: textOr(token, ""),
  logprob: typeof logprob === "number" ? logprob : 0,
  bytes: Array.isArray(bytes) && bytes.every((byte) => typeof byte === "number") ? bytes : null,
});
