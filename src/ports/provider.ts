import type { CallEvent, CanonicalRequest, ReasoningOrigin } from "../domain/call/canonical.ts";
import type { EmbeddingRequest, Vectors } from "../domain/call/embedding.ts";
import type { RollwardError } from "../domain/errors.ts";
import type { BreakerPolicy } from "../domain/health/circuit.ts";
import type { TokenPrice } from "../domain/money/price.ts";
import type { DialectName } from "./dialect.ts";

/** Response headers with lower-case names. */
export type Headers = Readonly<Record<string, string>>;

/** Controls an answer under way. All three may be called at any time, also after the end. */
export interface Flow {
  /** Whether the request has left for the provider, which stays known after the end; absent where nobody can tell: then it is taken to have. */
  readonly isSent?: boolean;
  pause(): void;
  resume(): void;
  /** Stops the upstream request at once; the sink hears nothing more. */
  abort(): void;
}

/** Receives an answer's bytes. `head` comes first; then exactly one of `end` and `fail`, or `fail` alone. */
export interface ByteSink {
  head(status: number, headers: Headers): void;
  data(chunk: Buffer): void;
  end(): void;
  /** The transport failed: `provider_unreachable`, `provider_timeout` (connect) or `provider_cut`. */
  fail(error: RollwardError): void;
}

/** Receives a translated answer's events; exactly one of `end` and `fail` comes last. */
export interface EventSink {
  event(event: CallEvent): void;
  end(): void;
  fail(error: RollwardError): void;
}

/** Headers of a trace, as a flat list of names and values: `traceparent`, and `tracestate` where there is one. */
export type TraceHeaders = readonly string[];

/** An operation of a provider's API. */
export interface WireAddress {
  readonly method: "GET" | "POST" | "DELETE";
  /** What follows the base URL, escaped, with its query. */
  readonly path: string;
}

/** A request in the provider's own dialect. */
export interface ForwardRequest {
  readonly callId: string;
  /** One of those that the provider speaks. */
  readonly dialect: DialectName;
  readonly model: string;
  readonly bytes: Buffer;
  readonly connectMs: number;
  /** Which of the provider's keys to use, from 0; absent is the first. */
  readonly key?: number;
  /** What a client of the same dialect says in headers, checked by the edge (`anthropic-version`, `content-type`). */
  readonly headers?: Headers;
  /** Where in the provider's API it goes, for a dialect with several addresses; absent is a POST to the one it has. */
  readonly address?: WireAddress;
  /** Sent along, where the provider is one that is told of traces; one that sends no headers has no use for it. */
  readonly trace?: TraceHeaders;
  /** What is asked for in place of an answer; absent is an answer. A provider that cannot says so with a status. */
  readonly operation?: "count-tokens";
}

/** A request for a provider of another dialect. */
export interface ConverseRequest {
  readonly callId: string;
  readonly model: string;
  readonly request: CanonicalRequest;
  readonly stream: boolean;
  readonly connectMs: number;
  /** Which of the provider's keys to use, from 0; absent is the first. */
  readonly key?: number;
  /** Sent along, where the provider is one that is told of traces. */
  readonly trace?: TraceHeaders;
}

/** Texts for a provider that makes vectors and does not speak OpenAI's wire. */
export interface EmbedRequest extends Omit<ConverseRequest, "request" | "stream"> {
  readonly request: EmbeddingRequest;
}

/** Receives vectors; exactly one of `end` and `fail` comes last. */
export interface EmbedSink {
  /** A part of the texts has left for the provider: so many bytes of UTF-8. Told with its `part`, or while the flow is aborted. */
  sent(bytes: number): void;
  /**
   * A part that was sent is done, and this is what the provider counts for it; `null` where it does not say. `bytes` are
   * those that `sent` told.
   */
  part(inputTokens: number | null, bytes: number): void;
  /** The vectors of all texts. */
  end(vectors: Vectors): void;
  fail(error: RollwardError): void;
}

/** How the prompt caches of a provider are steered. */
export interface PromptCacheTerms {
  /** `marks`: it keeps what ends at a mark. `names`: it looks first where requests of the same name went. */
  readonly by: "marks" | "names";
  /** The fewest tokens that each model keeps, as far as it is known. */
  readonly leastTokens: ReadonlyMap<string, number>;
}

interface ProviderBase {
  /** As configured, e.g. `openai`. */
  readonly name: string;
  /** Price of each configured model. */
  readonly prices: ReadonlyMap<string, TokenPrice>;
  /** The most that each model can answer, tokens, as far as it is known. */
  readonly maxOutputs?: ReadonlyMap<string, number>;
  /** Absent where its prompt caches cannot be steered. */
  readonly promptCache?: PromptCacheTerms;
  /** How many keys there are to choose from; absent is one, or none. */
  readonly keys?: number;
  /** A name of each key that says nothing of it, so that replicas can speak of it; absent is its position. */
  readonly keyDigests?: readonly string[];
  /** The circuit breaker of its models; `null` is off, absent is the default. */
  readonly breaker?: BreakerPolicy | null;
  /**
   * Who serves this model, for a provider with models of several wires; it is closed with this one and has its name,
   * prices, keys and breaker. Absent is the provider itself for all.
   */
  forModel?(model: string): Provider;
  close(): Promise<void>;
}

/** A provider that takes the bytes of the dialects it speaks untouched. */
export interface WireProvider extends ProviderBase {
  /** The first is the one that other dialects are translated to. */
  readonly speaks: readonly [DialectName, ...DialectName[]];
  /** Whether it may be asked to report the usage of streams. */
  readonly reportsStreamUsage: boolean;
  /** Fields of the first of its dialects that it refuses or leaves out of account; absent is none that is known. */
  readonly unknown?: readonly string[];
  forward(request: ForwardRequest, sink: ByteSink): Flow;
  /**
   * Turns an answer with a status of 300 or more into an error of the table. Its details keep the `status` and,
   * as `retryAfterMs`, how long the provider asks to be left alone.
   */
  fault(status: number, headers: Headers, body: Buffer): RollwardError;
}

/** A provider reached through the canonical call. */
export interface ConversingProvider extends ProviderBase {
  readonly speaks: null;
  /** Whose reasoning this model takes back in later turns; absent or `null` is nobody's. */
  reasons?(model: string): ReasoningOrigin | null;
  converse(request: ConverseRequest, sink: EventSink): Flow;
  /**
   * Makes vectors, in as many requests as the vendor wants; the flow cannot be paused, because nothing is handed on before
   * the end. Absent where it makes none. What cannot be asked for is `untranslatable`, told to the sink.
   */
  readonly embed?: (request: EmbedRequest, sink: EmbedSink) => Flow;
}

/** One configured provider. */
export type Provider = WireProvider | ConversingProvider;
