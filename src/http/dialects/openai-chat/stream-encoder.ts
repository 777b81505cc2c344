import type { CallEvent } from "../../../domain/call/canonical.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import type { AnswerEncoder, AnswerForm } from "../../../ports/dialect.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { logprobsBody } from "./logprobs.ts";
import { reasoningDetails } from "./reasoning-details.ts";
import { usageBody } from "./usage-of.ts";

const EMPTY = Buffer.alloc(0);
const DONE = "data: [DONE]\n\n";

/** What stands beside a chunk's delta. */
interface ChoiceEnd {
  readonly logprobs?: JsonObject | null;
  readonly finishReason?: string | null;
}

/** Writes a translated answer as `chat.completion.chunk` events, in the order and form that OpenAI sends them. */
export class StreamEncoder implements AnswerEncoder {
  readonly facts = new GatheredFacts();
  readonly #form: AnswerForm;
  readonly #id: string;
  readonly #created: number;
  /** Every event up to its choices; it changes with the model's name only. */
  #head: string;
  /** Text of the block of reasoning under way. */
  #reasoning = "";

  /** `createdAt` in epoch milliseconds. */
  constructor(form: AnswerForm, callId: string, createdAt: number) {
    this.#form = form;
    this.#id = `chatcmpl-${callId}`;
    this.#created = Math.floor(createdAt / 1000);
    this.#head = this.#headOf("");
  }

  push(event: CallEvent): Buffer {
    this.facts.note(event);
    if (event.type === "answer-start") this.#head = this.#headOf(event.model);
    if (event.type === "end") return this.#choice({}, { finishReason: this.facts.finishReason });
    if (event.type === "logprobs") return this.#choice({}, { logprobs: logprobsBody(event.tokens) });
    if (event.type === "reasoning-end") return this.#reasoningEnd(event);
    if (event.type === "reasoning-delta") this.#reasoning += event.text;
    const delta = deltaOf(event);
    return delta === null ? EMPTY : this.#choice(delta, {});
  }

  end(): Buffer {
    const { usage } = this.facts;
    if (!this.#form.usageInStream || usage === null) return Buffer.from(DONE);
    return Buffer.from(`${this.#head}"choices":[],"usage":${JSON.stringify(usageBody(usage))}}\n\n${DONE}`);
  }

  #headOf(model: string): string {
    const head = JSON.stringify({ id: this.#id, object: "chat.completion.chunk", created: this.#created, model });
    return `data: ${head.slice(0, -1)},`;
  }

  #reasoningEnd({ type: _, ...opaque }: Extract<CallEvent, { type: "reasoning-end" }>): Buffer {
    const details = reasoningDetails({ text: this.#reasoning, ...opaque });
    this.#reasoning = "";
    return details.length === 0 ? EMPTY : this.#choice({ reasoning_details: details }, {});
  }

  #choice(delta: Json, { logprobs = null, finishReason = null }: ChoiceEnd): Buffer {
    const choice = JSON.stringify({ index: 0, delta, logprobs, finish_reason: finishReason });
    const usage = this.#form.usageInStream ? ',"usage":null' : "";
    return Buffer.from(`${this.#head}"choices":[${choice}]${usage}}\n\n`);
  }
}

/** What a chunk adds for an event; `null` for those that have no chunk of their own. */
function deltaOf(event: CallEvent): Json {
  switch (event.type) {
    case "answer-start":
      return { role: "assistant", content: "", refusal: null };
    case "text-delta":
      return { content: event.text };
    // Not OpenAI's own: compatible servers and their clients know it.
    case "reasoning-delta":
      return { reasoning_content: event.text };
    case "refusal-delta":
      return { refusal: event.text };
    case "tool-call-start":
      return toolCall(event.index, { id: event.id, type: "function", function: { name: event.name, arguments: "" } });
    case "tool-call-delta":
      return toolCall(event.index, { function: { arguments: event.argumentsDelta } });
    // The others are written by the encoder.
    default:
      return null;
  }
}

const toolCall = (index: number, call: JsonObject): JsonObject => ({ tool_calls: [{ index, ...call }] });
