import type { LanguageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import type { BreakerPolicy } from "../../domain/health/circuit.ts";
import type { ProxyFor } from "../../kit/outbound-proxy.ts";
import type { ConversingProvider, PromptCacheTerms } from "../../ports/provider.ts";
import { AiSdkCall } from "./ai-sdk-bridge/call.ts";
import type { AiSdkCallTerms } from "./ai-sdk-bridge/call.ts";
import { aiSdkCallOptions } from "./ai-sdk-bridge/call-options.ts";
import { aiSdkFetch } from "./ai-sdk-bridge/fetch.ts";
import type { AiSdkFetch } from "./ai-sdk-bridge/fetch.ts";
import { EmbedCall } from "./embeddings/embed-call.ts";
import type { EmbeddingWire } from "./embeddings/embedding-wire.ts";
import { Upstream } from "./upstream/upstream.ts";
import { rehearseAiSdkCall } from "./ai-sdk-bridge/rehearse-call.ts";
import type { VendorParts } from "./ai-sdk-bridge/vendor-parts.ts";

/** All that a vendor has to say of itself. */
export interface AiSdkVendor {
  readonly name: string;
  readonly prices: ConversingProvider["prices"];
  /** The one origin that its requests go to. */
  readonly origin: string;
  /** Environment variable the key came from. */
  readonly keyEnv: string | null;
  /** Texts that must never be repeated. */
  readonly secrets: readonly string[];
  /** Largest answer in bytes. */
  readonly answerBytes: number;
  readonly allowPrivate: boolean;
  /** Absent is none. */
  readonly proxyFor?: ProxyFor | undefined;
  /** How many keys there are to choose from. */
  readonly keys: number;
  /** The circuit breaker of its models; `null` is off, `undefined` the default. */
  readonly breaker: BreakerPolicy | null | undefined;
  /** How its prompt caches are steered; absent is not at all. */
  readonly promptCache?: PromptCacheTerms;
  /** What it has a place for. */
  readonly parts: VendorParts;
  /** How it is asked for vectors, over the same connections; absent where it makes none. */
  readonly embeddings?: EmbeddingWire;
  /** Media type of its streams; absent is server-sent events. */
  readonly streamType?: string;
  /** A model whose requests go through this `fetch`, with the key of this number, from 0. */
  model(id: string, fetch: AiSdkFetch, key: number): LanguageModelV4;
  /**
   * A request as it must be put so that the SDK asks for what was meant; absent is as it is. Throws `untranslatable`
   * for what its vendor would be sent without.
   */
  asked?(request: CanonicalRequest, model: string): CanonicalRequest;
  /** The body that the SDK wrote, with what the SDK has no word for; absent is as it was written. */
  rewritten?(body: string, request: CanonicalRequest): string;
  /**
   * The vendor's own options for the settings that `parts` names. Throws `untranslatable` for values that the
   * vendor has no option for.
   */
  options(request: CanonicalRequest): SharedV4ProviderOptions;
}

/** Connections to one provider: as many as calls may be in flight by default. */
const CONNECTIONS = 1_000;

/** A provider reached through a model of the AI SDK (LanguageModelV4). It knows no vendor. */
export function createAiSdkBridge(vendor: AiSdkVendor): ConversingProvider {
  const { name, prices, origin, secrets, keyEnv, answerBytes, allowPrivate, proxyFor, parts } = vendor;
  const upstream = new Upstream({ origin, connections: CONNECTIONS, allowPrivate, proxyFor });
  const streamType = vendor.streamType ?? "text/event-stream";
  const route = { provider: name, origin, upstream, answerBytes, streamType };
  const rehearsed = new Set<string>();
  const terms: AiSdkCallTerms = {
    provider: name,
    keyEnv,
    secrets,
    parts,
    async prepare(request, line) {
      const asked = vendor.asked?.(request.request, request.model) ?? request.request;
      const options = {
        ...aiSdkCallOptions(asked, { provider: name, parts }),
        providerOptions: vendor.options(asked),
        ...(parts.thoughtIn !== undefined && { includeRawChunks: true }),
      };
      const model = (fetch: AiSdkFetch): LanguageModelV4 => vendor.model(request.model, fetch, request.key ?? 0);
      await rehearseAiSdkCall({ provider: name, modelId: request.model, model, rehearsed, streamType }, options);
      const rewritten = (body: string): string => vendor.rewritten?.(body, asked) ?? body;
      return {
        model: model(aiSdkFetch({ ...route, rewritten }, request, line)),
        options: { ...options, abortSignal: line.signal },
      };
    },
  };
  const { embeddings: wire } = vendor;
  const embedTerms = wire && { provider: name, keyEnv, secrets, upstream, answerBytes, wire };
  return {
    name,
    prices,
    ...(embedTerms && { embed: (request, sink) => new EmbedCall(embedTerms, request, sink).start() }),
    ...(vendor.promptCache !== undefined && { promptCache: vendor.promptCache }),
    keys: vendor.keys,
    ...(vendor.breaker !== undefined && { breaker: vendor.breaker }),
    speaks: null,
    reasons: (model) => parts.reasons(model),
    converse: (request, sink) => new AiSdkCall(terms, request, sink).start(),
    close: () => upstream.close(),
  };
}
