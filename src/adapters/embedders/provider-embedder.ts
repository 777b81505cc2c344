import { RollwardError } from "../../domain/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import { MOST_EMBEDDED, MOST_TEXTS } from "../../ports/embedder.ts";
import type { Embedder } from "../../ports/embedder.ts";
import type { WireProvider } from "../../ports/provider.ts";
import { EmbeddingSink } from "./embedding-sink.ts";
import { readEmbeddings } from "./read-embeddings.ts";

/** Which provider makes the vectors. */
export interface ProviderEmbedderTerms {
  /** One that speaks `openai-embeddings`; its keys, its address rules and its connections are used. */
  readonly provider: WireProvider;
  /** As the provider names it. */
  readonly model: string;
  /** Of its vectors; an answer with another one is refused. */
  readonly dimension: number;
  /** Whether the provider is asked for that dimension, where it is not the model's own. Default false. */
  readonly asksDimension?: boolean;
  readonly clock: Clock;
  /** Calls under way at a time. Default 8; a further one is refused and not kept waiting. */
  readonly atOnce?: number;
  /** Hears what each answer says it has used, so that it can be charged. */
  readonly onTokens?: (inputTokens: number) => void;
}

const DEFAULT_AT_ONCE = 8;
/** Opening a connection takes no longer than this, whatever the deadline, ms. */
const CONNECT_MS = 5_000;

/** An embedder on any OpenAI-compatible `/v1/embeddings`. */
export function createProviderEmbedder(terms: ProviderEmbedderTerms): Embedder {
  const { provider, model, dimension, atOnce = DEFAULT_AT_ONCE } = terms;
  const flights = new Set<EmbeddingSink>();
  let isClosed = false;
  return {
    id: `${provider.name}/${model}/${dimension}`,
    dimension,
    async embed(texts, deadlineMs) {
      if (texts.length === 0) return [];
      if (texts.length > MOST_TEXTS) throw refusal(provider.name, `more than ${MOST_TEXTS} texts at once`);
      if (isClosed) throw refusal(provider.name, "it is closed");
      if (flights.size >= atOnce) throw refusal(provider.name, "too many texts are under way already");
      const sink = new EmbeddingSink({ provider: provider.name, limitMs: deadlineMs, clock: terms.clock });
      flights.add(sink);
      try {
        return await askFor(terms, { texts, sink, deadlineMs });
      } finally {
        flights.delete(sink);
      }
    },
    close() {
      isClosed = true;
      for (const sink of flights) sink.stop(refusal(provider.name, "it is closed"));
      return Promise.resolve();
    },
  };
}

async function askFor(
  { provider, model, dimension, asksDimension = false, onTokens }: ProviderEmbedderTerms,
  {
    texts,
    sink,
    deadlineMs,
  }: { readonly texts: readonly string[]; readonly sink: EmbeddingSink; readonly deadlineMs: number },
): Promise<readonly Float32Array[]> {
  const input = texts.map(embeddable);
  const body = { model, input, encoding_format: "float", ...(asksDimension && { dimensions: dimension }) };
  const flow = provider.forward(
    {
      callId: "embedding",
      dialect: "openai-embeddings",
      model,
      bytes: Buffer.from(JSON.stringify(body)),
      connectMs: Math.min(CONNECT_MS, deadlineMs),
    },
    sink,
  );
  sink.control(flow);
  const { status, headers, bytes } = await sink.answer;
  if (status >= 300) throw provider.fault(status, headers, bytes);
  const { vectors, inputTokens } = readEmbeddings(bytes, { provider: provider.name, count: texts.length, dimension });
  onTokens?.(inputTokens);
  return vectors;
}

/** Some servers refuse a text without anything in it; a lone surrogate is no text at all. */
const embeddable = (text: string): string => (text === "" ? " " : text.slice(0, MOST_EMBEDDED).toWellFormed());

const refusal = (provider: string, reason: string): RollwardError =>
  new RollwardError("provider_unreachable", { provider, reason });
