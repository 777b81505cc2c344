import type { EmbeddingRequest } from "../../domain/call/embedding.ts";
import type { JsonObject } from "../../domain/json.ts";
import { tokensOfBytes } from "../../domain/money/estimate-usage.ts";
import type { TokenUsage } from "../../domain/money/price.ts";
import type { AnswerFacts, EmbeddingForm } from "../../ports/dialect.ts";
import type { ConversingProvider, EmbedRequest } from "../../ports/provider.ts";
import type { AnswerSource } from "./answer-source.ts";

/** A request for vectors, and whom it goes to. */
export interface EmbedAsk {
  readonly embed: NonNullable<ConversingProvider["embed"]>;
  readonly provider: string;
  readonly form: EmbeddingForm;
  /** The rendered body, parsed, and its length in bytes. */
  readonly body: JsonObject;
  readonly bodyBytes: number;
}

type Facts = { -readonly [Name in keyof AnswerFacts]: AnswerFacts[Name] };

/** None of the APIs behind it can be told who the user is. */
const USER = ["user"];

/** Vectors of a provider that does not speak the client's dialect, as one document of it. Throws what cannot be asked. */
export function embedSource(ask: EmbedAsk, terms: Omit<EmbedRequest, "request">): AnswerSource {
  const { form, body, bodyBytes } = ask;
  const asked: EmbeddingRequest = form.request(body, ask.provider);
  const meter = new PartsMeter(asked.texts, bodyBytes);
  const { facts } = meter;
  return {
    facts,
    sent: null,
    ...(asked.user !== null && { leftOut: USER }),
    start(sink) {
      let parts = 0;
      return ask.embed(
        { ...terms, request: asked },
        {
          sent: (bytes) => meter.sent(bytes),
          part(inputTokens, bytes) {
            if ((parts += 1) === 1) sink.head(200);
            meter.answered(inputTokens, bytes);
          },
          end(vectors) {
            facts.begun = true;
            facts.finishReason = "stop";
            const inputTokens = facts.usage?.input ?? tokensOfBytes(bodyBytes);
            sink.bytes(form.answer(body, { model: terms.model, vectors, inputTokens }));
            sink.end();
          },
          fail: (error) => sink.fail(error),
        },
      );
    },
  };
}

/** Counts what the parts of a request have cost, and how much of it was sent that nobody has counted. */
class PartsMeter {
  readonly facts: Facts = {
    begun: false,
    finishReason: null,
    usage: null,
    unmeteredBytes: 0,
    model: null,
    fault: null,
    characters: 0,
  };
  /** Bytes of the request for each byte of its texts. */
  readonly #share: number;
  #sentBytes = 0;
  #meteredBytes = 0;
  #tokens: number | null = 0;

  constructor(texts: readonly string[], bodyBytes: number) {
    this.#share = bodyBytes / texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  }

  sent(bytes: number): void {
    this.#sentBytes += bytes;
    this.#tell();
  }

  answered(inputTokens: number | null, bytes: number): void {
    this.#tokens = this.#tokens === null || inputTokens === null ? null : this.#tokens + inputTokens;
    this.#meteredBytes += bytes;
    // What the parts of a request that fails later have cost is known all the same.
    this.facts.usage = this.#tokens === null ? null : inputOf(this.#tokens);
    this.#tell();
  }

  #tell(): void {
    const bytes = this.#tokens === null ? this.#sentBytes : this.#sentBytes - this.#meteredBytes;
    this.facts.unmeteredBytes = Math.round(bytes * this.#share);
  }
}

const inputOf = (input: number): TokenUsage => ({ input, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 });
