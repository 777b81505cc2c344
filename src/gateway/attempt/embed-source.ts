import type { EmbeddingRequest } from "../../domain/call/embedding.ts";
import type { JsonObject } from "../../domain/json.ts";
import { estimateUsage } from "../../domain/money/estimate-usage.ts";
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
  const facts: Facts = {
    begun: false,
    finishReason: null,
    usage: null,
    model: null,
    fault: null,
    characters: 0,
  };
  return {
    facts,
    sent: null,
    ...(asked.user !== null && { leftOut: USER }),
    start(sink) {
      let tokens: number | null = 0;
      let parts = 0;
      return ask.embed(
        { ...terms, request: asked },
        {
          part(inputTokens) {
            if ((parts += 1) === 1) sink.head(200);
            tokens = tokens === null || inputTokens === null ? null : tokens + inputTokens;
            // What the parts of a request that fails later have cost is known all the same.
            facts.usage = tokens === null ? null : inputOf(tokens);
          },
          end(vectors) {
            facts.begun = true;
            facts.finishReason = "stop";
            const inputTokens = tokens ?? estimateUsage(bodyBytes, 0).input;
            sink.bytes(form.answer(body, { model: terms.model, vectors, inputTokens }));
            sink.end();
          },
          fail: (error) => sink.fail(error),
        },
      );
    },
  };
}

const inputOf = (input: number): TokenUsage => ({ input, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 });
