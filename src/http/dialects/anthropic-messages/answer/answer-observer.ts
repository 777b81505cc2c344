import { isRecord } from "../../is-record.ts";
import type { MessageBody } from "./message-in.ts";
import { errorWords } from "./error-words.ts";
import type { CommonFacts } from "../../common-facts.ts";
import { usageOf } from "./usage-of.ts";

type Body = Readonly<Record<string, unknown>>;

/** Notes what the events of a stream tell. An answer is complete with `message_stop` after a `stop_reason`. */
export class AnswerObserver {
  readonly #facts: CommonFacts;
  #stopReason: string | null = null;

  constructor(facts: CommonFacts) {
    this.#facts = facts;
  }

  /** One event of a stream. Types that are not known, as there will be more, change nothing. */
  observe(body: Body): void {
    const facts = this.#facts;
    if (body["type"] === "ping") return facts.keptAlive();
    facts.piece();
    switch (body["type"]) {
      case "message_start":
        return noteHead(facts, body["message"]);
      case "content_block_start":
        return noteBlock(facts, body["content_block"]);
      case "content_block_delta":
        return noteDelta(facts, body["delta"]);
      case "message_delta":
        return this.#closing(body);
      case "message_stop":
        facts.finishReason = this.#stopReason;
        return;
      case "error":
        return facts.fail("provider_error", errorWords(body["error"]));
    }
  }

  #closing({ delta, usage }: Body): void {
    const reason = isRecord(delta) ? delta["stop_reason"] : null;
    if (typeof reason === "string") this.#stopReason = reason;
    this.#facts.usage = usageOf(usage, this.#facts.usage);
  }
}

/** Notes what one whole message tells. */
export function noteMessage(facts: CommonFacts, message: MessageBody): void {
  noteHead(facts, message);
  for (const block of message["content"] as readonly unknown[]) noteBlock(facts, block);
  const reason = message["stop_reason"];
  facts.finishReason = typeof reason === "string" ? reason : null;
}

function noteHead(facts: CommonFacts, message: unknown): void {
  if (!isRecord(message)) return;
  const { model, usage } = message;
  if (typeof model === "string" && model !== "") facts.model = model;
  facts.usage = usageOf(usage, facts.usage);
}

/**
 * Clients of this API show how a model thinks, and that may take minutes: so thinking is the beginning of an answer,
 * like every other block but a text without words.
 */
function noteBlock(facts: CommonFacts, block: unknown): void {
  if (!isRecord(block)) return;
  const { type, text, thinking } = block;
  if (type === "thinking" || type === "redacted_thinking") facts.thinks();
  else if (type !== "text") facts.acts();
  facts.visible(text);
  facts.thought(thinking);
}

function noteDelta(facts: CommonFacts, delta: unknown): void {
  if (!isRecord(delta)) return;
  const { text, thinking, partial_json: json } = delta;
  facts.visible(text);
  facts.thought(thinking);
  if (json === undefined) return;
  facts.acts();
  facts.hidden(json);
}
