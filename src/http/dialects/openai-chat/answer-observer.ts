import type { StreamEvent } from "../event-stream.ts";
import { withServiceTier } from "../../../domain/money/service-tier.ts";
import { isRecord } from "../is-record.ts";
import { errorWords } from "./error-words.ts";
import type { GatheredFacts } from "./gathered-facts.ts";
import { usageOf } from "./usage-of.ts";

const NOTHING: readonly unknown[] = [];

/** A mark of the system that answers, where there is one. */
const markOf = (mark: unknown): string | null => (typeof mark === "string" && mark !== "" ? mark : null);

/** Notes what one event or one whole answer tells. */
export class AnswerObserver {
  readonly #facts: GatheredFacts;
  /** Choices that have begun and not finished; an answer is complete when there are none. Most never have any. */
  #unfinished: Set<unknown> | null = null;
  /** A list: most answers have one choice. */
  readonly #finished: unknown[] = [];

  constructor(facts: GatheredFacts) {
    this.#facts = facts;
  }

  /** An event of a stream. Some providers name an error by the event's type alone. */
  observeEvent({ event, body }: StreamEvent): void {
    if (body === null) return this.#facts.keptAlive();
    if (event === "error" && body["error"] == null) this.#facts.fail("provider_error", errorWords(body));
    else this.observe(body, "delta");
  }

  /** A chunk of a stream, or with `delta` named `message` a whole answer. */
  observe(body: Readonly<Record<string, unknown>>, delta: "delta" | "message"): void {
    const facts = this.#facts;
    const { error, model, choices, usage } = body;
    if (error != null) return facts.fail("provider_error", errorWords(error));
    if (typeof model === "string" && model !== "") facts.model ??= model;
    facts.fingerprint ??= markOf(body["system_fingerprint"]);
    const said = Array.isArray(choices) ? (choices as readonly unknown[]) : NOTHING;
    for (const choice of said) this.#choice(choice, delta);
    if (said.length > 0 || usage != null) facts.piece();
    else facts.keptAlive();
    const counts = usage == null ? null : usageOf(usage);
    if (counts !== null) facts.usage = withServiceTier(counts, body["service_tier"]);
  }

  #choice(choice: unknown, delta: "delta" | "message"): void {
    if (!isRecord(choice)) return;
    const reason = choice["finish_reason"];
    if (choice["error"] != null || reason === "error")
      return this.#facts.fail("provider_error", errorWords(choice["error"]));
    this.#content(choice[delta]);
    // Where the older completions have their text.
    this.#facts.visible(choice["text"]);
    const index = choice["index"] ?? 0;
    if (typeof reason === "string") {
      if (!this.#finished.includes(index)) this.#finished.push(index);
      this.#unfinished?.delete(index);
      this.#facts.finishReason = (this.#unfinished?.size ?? 0) === 0 ? reason : null;
    } else if (!this.#finished.includes(index)) {
      (this.#unfinished ??= new Set()).add(index);
      this.#facts.finishReason = null;
    }
  }

  #content(content: unknown): void {
    if (!isRecord(content)) return;
    const facts = this.#facts;
    const text = content["content"];
    if (Array.isArray(text)) for (const part of text) this.#part(part);
    else facts.visible(text);
    facts.refusal(content["refusal"]);
    // Not OpenAI's own: several compatible providers send a model's reasoning so.
    facts.thought(content["reasoning_content"] ?? content["reasoning"]);
    if (Array.isArray(content["tool_calls"])) for (const call of content["tool_calls"]) this.#toolCall(call);
    if (content["function_call"] != null) this.#called(content["function_call"]);
    if (content["audio"] != null) facts.acts();
  }

  /** Mistral's answers may come in parts, its models' thinking among them. */
  #part(part: unknown): void {
    if (!isRecord(part)) return;
    if (part["type"] !== "thinking") return this.#facts.visible(part["text"]);
    const thoughts = Array.isArray(part["thinking"]) ? (part["thinking"] as readonly unknown[]) : [];
    for (const thought of thoughts) if (isRecord(thought)) this.#facts.thought(thought["text"]);
  }

  #toolCall(call: unknown): void {
    if (isRecord(call)) this.#called(call["function"] ?? call["custom"]);
  }

  #called(named: unknown): void {
    this.#facts.acts();
    if (isRecord(named)) this.#facts.hidden(named["arguments"] ?? named["input"]);
  }
}
