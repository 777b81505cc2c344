import type { LanguageModelV4, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import type { ConversingProvider } from "../../ports/provider.ts";
import { AiSdkCall } from "./ai-sdk-bridge/call.ts";
import type { AiSdkCallTerms } from "./ai-sdk-bridge/call.ts";
import { aiSdkCallOptions } from "./ai-sdk-bridge/call-options.ts";
import { aiSdkFetch } from "./ai-sdk-bridge/fetch.ts";
import type { AiSdkFetch } from "./ai-sdk-bridge/fetch.ts";
import { Upstream } from "./upstream/upstream.ts";
import { rehearseAiSdkCall } from "./ai-sdk-bridge/rehearse-call.ts";

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
  /** A model whose requests go through this `fetch`. */
  model(id: string, fetch: AiSdkFetch): LanguageModelV4;
  /**
   * The vendor's own options for what the AI SDK's common ones cannot say: the user, tools in parallel, a
   * strict schema. Throws `untranslatable` for what the vendor has no option for.
   */
  options(request: CanonicalRequest): SharedV4ProviderOptions;
}

/** Connections to one provider: as many as calls may be in flight by default. */
const CONNECTIONS = 1_000;

/** A provider reached through a model of the AI SDK (LanguageModelV4). It knows no vendor. */
export function createAiSdkBridge(vendor: AiSdkVendor): ConversingProvider {
  const { name, prices, origin, secrets, keyEnv, answerBytes, allowPrivate } = vendor;
  const upstream = new Upstream({ origin, connections: CONNECTIONS, allowPrivate });
  const route = { provider: name, origin, upstream, answerBytes };
  const rehearsed = new Set<string>();
  const terms: AiSdkCallTerms = {
    provider: name,
    keyEnv,
    secrets,
    async prepare(request, line) {
      const options = { ...aiSdkCallOptions(request.request, name), providerOptions: vendor.options(request.request) };
      const model = (fetch: AiSdkFetch): LanguageModelV4 => vendor.model(request.model, fetch);
      await rehearseAiSdkCall({ provider: name, modelId: request.model, model, rehearsed }, options);
      return {
        model: model(aiSdkFetch(route, request, line)),
        options: { ...options, abortSignal: line.signal },
      };
    },
  };
  return {
    name,
    prices,
    speaks: null,
    converse: (request, sink) => new AiSdkCall(terms, request, sink).start(),
    close: () => upstream.close(),
  };
}
