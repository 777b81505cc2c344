import { RollwardError } from "../../domain/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import { MOST_EMBEDDED, MOST_TEXTS } from "../../ports/embedder.ts";
import type { Embedder } from "../../ports/embedder.ts";
import type { ConversingProvider, Provider, WireProvider } from "../../ports/provider.ts";
import { EmbeddingSink } from "./embedding-sink.ts";
import { readEmbeddings, unitVectors } from "./read-embeddings.ts";
import type { FlightTerms, Stoppable } from "./timed-flight.ts";
import { VectorSink } from "./vector-sink.ts";

/** A provider that can be asked for vectors: on OpenAI's wire, or on its own. */
export type VectorProvider = WireProvider | (ConversingProvider & Required<Pick<ConversingProvider, "embed">>);

/** Whether a provider can be asked for vectors. */
export const makesVectors = (provider: Provider): provider is VectorProvider =>
  provider.speaks === null ? provider.embed !== undefined : provider.speaks.includes("openai-embeddings");

/** Which provider makes the vectors. */
export interface ProviderEmbedderTerms {
  /** Its keys, its address rules and its connections are used. */
  readonly provider: VectorProvider;
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

/** An embedder on any OpenAI-compatible `/v1/embeddings`, or on a vendor's own wire. */
export function createProviderEmbedder(terms: ProviderEmbedderTerms): Embedder {
  const { provider, model, dimension, atOnce = DEFAULT_AT_ONCE } = terms;
  const flights = new Set<Stoppable>();
  let isClosed = false;
  return {
    id: `${provider.name}/${model}/${dimension}`,
    dimension,
    async embed(texts, deadlineMs) {
      if (texts.length === 0) return [];
      if (texts.length > MOST_TEXTS) throw refusal(provider.name, `more than ${MOST_TEXTS} texts at once`);
      if (isClosed) throw refusal(provider.name, "it is closed");
      if (flights.size >= atOnce) throw refusal(provider.name, "too many texts are under way already");
      const limits = { provider: provider.name, limitMs: deadlineMs, clock: terms.clock };
      const { flight, vectors } = begin(terms, texts.map(embeddable), limits);
      flights.add(flight);
      try {
        return await vectors;
      } finally {
        flights.delete(flight);
      }
    },
    close() {
      isClosed = true;
      for (const flight of flights) flight.stop(refusal(provider.name, "it is closed"));
      return Promise.resolve();
    },
  };
}

/** A question under way, and what will come of it. */
interface Begun {
  readonly flight: Stoppable;
  readonly vectors: Promise<readonly Float32Array[]>;
}

function begin(terms: ProviderEmbedderTerms, texts: readonly string[], limits: FlightTerms): Begun {
  const { provider } = terms;
  return provider.speaks === null
    ? embedOn(provider, terms, { texts, limits })
    : forwardTo(provider, terms, { texts, limits });
}

interface Question {
  readonly texts: readonly string[];
  readonly limits: FlightTerms;
}

function forwardTo(provider: WireProvider, terms: ProviderEmbedderTerms, { texts, limits }: Question): Begun {
  const { model, dimension, asksDimension = false, onTokens } = terms;
  const body = { model, input: texts, encoding_format: "float", ...(asksDimension && { dimensions: dimension }) };
  const bytes = Buffer.from(JSON.stringify(body));
  const flight = new EmbeddingSink(limits);
  flight.control(provider.forward({ ...commonOf(model, limits), dialect: "openai-embeddings", bytes }, flight));
  const read = async (): Promise<readonly Float32Array[]> => {
    const answer = await flight.answer;
    if (answer.status >= 300) throw provider.fault(answer.status, answer.headers, answer.bytes);
    const expected = { provider: provider.name, count: texts.length, dimension };
    const { vectors, inputTokens } = readEmbeddings(answer.bytes, expected);
    onTokens?.(inputTokens);
    return vectors;
  };
  return { flight, vectors: read() };
}

type OwnWire = Extract<VectorProvider, { readonly speaks: null }>;

function embedOn(provider: OwnWire, terms: ProviderEmbedderTerms, { texts, limits }: Question): Begun {
  const { model, dimension, asksDimension = false, onTokens } = terms;
  const request = { texts, dimensions: asksDimension ? dimension : null, purpose: null, user: null };
  const flight = new VectorSink(limits);
  flight.control(provider.embed({ ...commonOf(model, limits), request }, flight));
  const read = async (): Promise<readonly Float32Array[]> => {
    const { vectors, inputTokens } = await flight.answer;
    onTokens?.(inputTokens);
    return unitVectors(vectors, { provider: provider.name, dimension });
  };
  return { flight, vectors: read() };
}

const commonOf = (model: string, { limitMs }: FlightTerms) => ({
  callId: "embedding",
  model,
  connectMs: Math.min(CONNECT_MS, limitMs),
});

/** Some servers refuse a text without anything in it; a lone surrogate is no text at all. */
const embeddable = (text: string): string => (text === "" ? " " : text.slice(0, MOST_EMBEDDED).toWellFormed());

const refusal = (provider: string, reason: string): RollwardError =>
  new RollwardError("provider_unreachable", { provider, reason });
