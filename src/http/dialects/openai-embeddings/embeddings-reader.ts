import type { AnswerReader } from "../../../ports/dialect.ts";
import { HeldDocument, objectIn } from "../held-document.ts";
import { isRecord } from "../is-record.ts";
import { errorWords } from "../openai-chat/error-words.ts";
import { GatheredFacts } from "../openai-chat/gathered-facts.ts";
import { usageOf } from "../openai-chat/usage-of.ts";

const EMPTY = Buffer.alloc(0);

/** Reads an answer with embeddings as it passes: its usage is input only, and it is complete when its list is there. */
export class EmbeddingsReader implements AnswerReader {
  readonly facts = new GatheredFacts();
  readonly #document = new HeldDocument(this.facts);

  push(chunk: Buffer): Buffer {
    this.#document.push(chunk);
    return EMPTY;
  }

  end(): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    const bytes = this.#document.end();
    const body = objectIn(bytes, this.facts);
    if (body !== null) this.#observe(body);
    return this.facts.fault === null ? bytes : EMPTY;
  }

  #observe({ error, data, model, usage }: Readonly<Record<string, unknown>>): void {
    const { facts } = this;
    if (error != null) return facts.fail("provider_error", errorWords(error));
    if (!Array.isArray(data) || data.length === 0) return facts.fail("provider_bad_answer", "it has no embeddings");
    facts.begun = true;
    facts.finishReason = "stop";
    if (typeof model === "string" && model !== "") facts.model = model;
    if (isRecord(usage)) facts.usage = usageOf({ ...usage, completion_tokens: 0 });
  }
}
