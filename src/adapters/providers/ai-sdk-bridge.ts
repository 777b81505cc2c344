import type { LanguageModelV4, LanguageModelV4CallOptions, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CanonicalRequest } from "../../domain/call/canonical.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { ConverseRequest, ConversingProvider } from "../../ports/provider.ts";
import { AiSdkCall } from "./ai-sdk-call.ts";
import type { AiSdkCallTerms, PreparedCall } from "./ai-sdk-call.ts";
import { aiSdkCallOptions } from "./ai-sdk-call-options.ts";
import { aiSdkFetch } from "./ai-sdk-fetch.ts";
import type { AiSdkFetch } from "./ai-sdk-fetch.ts";
import { Upstream } from "./openai-compatible/upstream.ts";
import { rehearseAiSdkCall } from "./rehearse-ai-sdk-call.ts";

/** All that a vendor has to say of itself. */
export interface AiSdkVendor {
  readonly name: string;
  readonly prices: ConversingProvider["prices"];
  /** The one origin that its requests go to. */
  readonly origin: string;
  /** Texts that must never be repeated. */
  readonly secrets: readonly string[];
  model(id: string, fetch: AiSdkFetch): LanguageModelV4;
  /**
   * The vendor's own options for what the AI SDK's common ones cannot say: the user, tools in parallel, a
   * strict schema. Throws `untranslatable` for what the vendor has no option for.
   */
  options(request: CanonicalRequest): SharedV4ProviderOptions;
}

/** Connections to one provider: as many as calls may be in flight by default. */
const CONNECTIONS = 1_000;
/** Largest answer, bytes. */
const ANSWER_BYTES = 64 * 1024 * 1024;

/** A provider reached through a model of the AI SDK (LanguageModelV4). It knows no vendor. */
export function createAiSdkBridge(vendor: AiSdkVendor): ConversingProvider {
  const { name, prices, origin, secrets } = vendor;
  const upstream = new Upstream({ origin, connections: CONNECTIONS, allowPrivate: false });
  const route = { provider: name, origin, upstream, answerBytes: ANSWER_BYTES };
  const terms: AiSdkCallTerms = {
    provider: name,
    keyEnv: null,
    secrets,
    prepare: (request, signal) => prepare(vendor, request, (one) => ({ ...one, abortSignal: signal, fetch: aiSdkFetch(route, request) })),
  };
  return {
    name,
    prices,
    speaks: null,
    converse: (request, sink) => new AiSdkCall(terms, request, sink).start(),
    close: () => upstream.close(),
  };
}
