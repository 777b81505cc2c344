import type { CallEvent, TokenLogprob } from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { packReasoning } from "../opaque-reasoning.ts";
import { ResponseFacts } from "./facts.ts";
import { usageBody } from "./usage-of.ts";

/** What a response says of its request. */
export interface ResponseTerms {
  /** Without prefix; the ids of the response and of its items are made from it. */
  readonly callId: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Members of the request that a response repeats. */
  readonly echo: JsonObject;
  /** Whether log-probabilities were asked for: each piece of text then waits for its own. */
  readonly logprobs: boolean;
}

/** An item that is being written; at most one message or reasoning, and any number of calls, are open at a time. */
interface OpenItem {
  readonly kind: "message" | "reasoning" | "call";
  readonly id: string;
  readonly index: number;
  /** Parts that are finished. */
  readonly parts: JsonObject[];
  /** The part under way. */
  part: "output_text" | "refusal" | "summary_text" | null;
  text: string;
  logprobs: JsonObject[];
  readonly call?: { readonly id: string; readonly name: string };
}

/**
 * Writes a translated answer as the events of the Responses API, in the order in which OpenAI sends them, and as the
 * response that the last of them repeats. Each event is an object with its `type` and its `sequence_number`.
 */
export class ResponseWriter {
  readonly facts = new ResponseFacts();
  readonly #terms: ResponseTerms;
  readonly #output: JsonObject[] = [];
  readonly #calls = new Map<number, OpenItem>();
  #said: OpenItem | null = null;
  #events: JsonObject[] = [];
  #sequence = 0;
  #items = 0;
  #isBegun = false;
  /** Text that waits for its log-probabilities. */
  #waiting: string | null = null;

  constructor(terms: ResponseTerms) {
    this.#terms = terms;
  }

  /** The events that one canonical event becomes. */
  push(event: CallEvent): readonly JsonObject[] {
    this.facts.note(event);
    this.#begin();
    if (event.type !== "logprobs") this.#release([]);
    switch (event.type) {
      case "text-delta":
        if (this.#terms.logprobs) this.#waiting = event.text;
        else this.#say("output_text", event.text);
        break;
      case "refusal-delta":
        this.#say("refusal", event.text);
        break;
      case "logprobs":
        this.#release(event.tokens);
        break;
      case "reasoning-delta":
        this.#think(event.text);
        break;
      case "reasoning-end":
        this.#endReasoning(packReasoning(event));
        break;
      case "tool-call-start":
        this.#closeSaid();
        this.#openCall(event);
        break;
      case "tool-call-delta":
        this.#growCall(event.index, event.argumentsDelta);
        break;
      case "answer-start":
      case "usage":
      case "end":
        // Noted above; they are told when the answer ends.
        break;
    }
    return this.#take();
  }

  /** The events that close the answer. */
  end(): readonly JsonObject[] {
    this.#begin();
    this.#release([]);
    this.#closeAll();
    const response = this.response();
    this.#emit(response["status"] === "completed" ? "response.completed" : "response.incomplete", { response });
    return this.#take();
  }

  /** The response as it is now; whole after `end`. */
  response(): JsonObject {
    const { finishReason, usage, model } = this.facts;
    const { callId, createdAt, echo } = this.#terms;
    const isIncomplete = finishReason !== null && finishReason !== "completed";
    const status = finishReason === null ? "in_progress" : isIncomplete ? "incomplete" : "completed";
    return {
      id: `resp_${callId}`,
      object: "response",
      created_at: Math.floor(createdAt / 1000),
      status,
      background: false,
      error: null,
      incomplete_details: isIncomplete ? { reason: finishReason } : null,
      ...echo,
      model: model ?? "",
      output: finishReason === null ? [] : this.#output.filter((item) => item !== undefined),
      usage: usage === null || finishReason === null ? null : usageBody(usage),
    };
  }

  #begin(): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    this.#emit("response.created", { response: this.response() });
    this.#emit("response.in_progress", { response: this.response() });
  }

  #emit(type: string, members: JsonObject): void {
    this.#events.push({ type, sequence_number: this.#sequence, ...members });
    this.#sequence += 1;
  }

  #take(): readonly JsonObject[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #open(kind: OpenItem["kind"], prefix: string, call?: OpenItem["call"]): OpenItem {
    const index = this.#items;
    this.#items += 1;
    const id = `${prefix}_${this.#terms.callId}_${index}`;
    const item: OpenItem = {
      kind,
      id,
      index,
      parts: [],
      part: null,
      text: "",
      logprobs: [],
      ...(call !== undefined && { call }),
    };
    this.#emit("response.output_item.added", { output_index: index, item: itemOf(item, "in_progress", null) });
    return item;
  }

  #close(item: OpenItem, encrypted: string | null, status = "completed"): void {
    const done = itemOf(item, status, encrypted);
    this.#output[item.index] = done;
    this.#emit("response.output_item.done", { output_index: item.index, item: done });
  }

  /** The open item of this kind; another one that is open is closed first. */
  #saying(kind: "message" | "reasoning"): OpenItem {
    if (this.#said !== null && this.#said.kind !== kind) this.#closeSaid();
    this.#said ??= this.#open(kind, kind === "message" ? "msg" : "rs");
    return this.#said;
  }

  #say(part: "output_text" | "refusal", text: string, logprobs: readonly JsonObject[] = []): void {
    const item = this.#saying("message");
    if (item.part !== part) {
      this.#closePart(item);
      item.part = part;
      const place = { item_id: item.id, output_index: item.index, content_index: item.parts.length };
      this.#emit("response.content_part.added", { ...place, part: partOf(item) });
    }
    item.text += text;
    item.logprobs.push(...logprobs);
    const place = { item_id: item.id, output_index: item.index, content_index: item.parts.length };
    if (part === "refusal") this.#emit("response.refusal.delta", { ...place, delta: text });
    else this.#emit("response.output_text.delta", { ...place, delta: text, logprobs });
  }

  /** Log-probabilities come after the text that they belong to, which has waited for them. */
  #release(tokens: readonly TokenLogprob[]): void {
    const text = this.#waiting ?? (tokens.length > 0 ? "" : null);
    this.#waiting = null;
    if (text !== null) this.#say("output_text", text, tokens.map(logprobOf));
  }

  #think(text: string): void {
    const item = this.#saying("reasoning");
    const place = { item_id: item.id, output_index: item.index, summary_index: 0 };
    if (item.part === null) {
      item.part = "summary_text";
      this.#emit("response.reasoning_summary_part.added", { ...place, part: partOf(item) });
    }
    item.text += text;
    this.#emit("response.reasoning_summary_text.delta", { ...place, delta: text });
  }

  #endReasoning(encrypted: string | null): void {
    if (this.#said?.kind !== "reasoning" && encrypted === null) return;
    const item = this.#saying("reasoning");
    this.#closePart(item);
    this.#close(item, encrypted);
    this.#said = null;
  }

  #closeSaid(status?: string): void {
    const item = this.#said;
    if (item === null) return;
    this.#closePart(item);
    this.#close(item, null, status);
    this.#said = null;
  }

  /** Of an answer that was cut short, the item that began last is the one that is not whole. */
  #closeAll(): void {
    const { finishReason } = this.facts;
    const isShort = finishReason !== null && finishReason !== "completed";
    const last = this.#items - 1;
    const statusOf = ({ index }: OpenItem): string => (isShort && index === last ? "incomplete" : "completed");
    if (this.#said !== null) this.#closeSaid(statusOf(this.#said));
    for (const item of this.#calls.values()) this.#closeCall(item, statusOf(item));
  }

  #closePart(item: OpenItem): void {
    const { part, text, logprobs } = item;
    if (part === null) return;
    const done = partOf(item);
    const at = { item_id: item.id, output_index: item.index };
    const place = { ...at, content_index: item.parts.length };
    if (part === "summary_text") {
      this.#emit("response.reasoning_summary_text.done", { ...at, summary_index: 0, text });
      this.#emit("response.reasoning_summary_part.done", { ...at, summary_index: 0, part: done });
    } else {
      if (part === "refusal") this.#emit("response.refusal.done", { ...place, refusal: text });
      else this.#emit("response.output_text.done", { ...place, text, logprobs });
      this.#emit("response.content_part.done", { ...place, part: done });
    }
    item.parts.push(done);
    item.part = null;
    item.text = "";
    item.logprobs = [];
  }

  #openCall({ index, id, name }: Extract<CallEvent, { type: "tool-call-start" }>): void {
    this.#calls.set(index, this.#open("call", "fc", { id, name }));
  }

  #growCall(index: number, delta: string): void {
    const item = this.#calls.get(index);
    if (item === undefined) return;
    item.text += delta;
    const place = { item_id: item.id, output_index: item.index };
    this.#emit("response.function_call_arguments.delta", { ...place, delta });
  }

  /** Calls may come in turns, so that none is known to be whole before the answer is. */
  #closeCall(item: OpenItem, status: string): void {
    const { id, index, text, call } = item;
    const place = { item_id: id, output_index: index };
    this.#emit("response.function_call_arguments.done", { ...place, name: call?.name ?? "", arguments: text });
    this.#close(item, null, status);
  }
}

function partOf({ part, text, logprobs }: OpenItem): JsonObject {
  if (part === "refusal") return { type: "refusal", refusal: text };
  if (part === "summary_text") return { type: "summary_text", text };
  return { type: "output_text", text, annotations: [], logprobs };
}

function itemOf(item: OpenItem, status: string, encrypted: string | null): JsonObject {
  const { kind, id, parts, text, call } = item;
  if (kind === "message") return { id, type: "message", status, role: "assistant", content: [...parts] };
  if (kind === "reasoning") {
    return { id, type: "reasoning", summary: [...parts], ...(encrypted !== null && { encrypted_content: encrypted }) };
  }
  return { id, type: "function_call", status, call_id: call?.id ?? "", name: call?.name ?? "", arguments: text };
}

const logprobOf = ({ top, ...token }: TokenLogprob): JsonObject => ({
  ...oneToken(token),
  top_logprobs: top.map(oneToken),
});

const oneToken = ({ token, logprob, bytes }: Omit<TokenLogprob, "top">): JsonObject => ({ token, logprob, bytes });
