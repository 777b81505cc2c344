import type { BreakerPolicy } from "../../../domain/health/circuit.ts";
import type { TokenPrice } from "../../../domain/money/price.ts";
import type { ProxyFor } from "../../../kit/outbound-proxy.ts";
import type { DialectName } from "../../../ports/dialect.ts";
import type { ForwardRequest, PromptCacheTerms, WireProvider } from "../../../ports/provider.ts";
import { providerAddress } from "../provider-address.ts";
import { Exchange } from "../upstream/exchange.ts";
import type { ExchangeTerms } from "../upstream/exchange.ts";
import { faultOf } from "../upstream/fault-of.ts";
import { keyDigest } from "../upstream/key-digest.ts";
import { addressedHeaders, requestHeaders } from "../upstream/request-headers.ts";
import { Upstream } from "../upstream/upstream.ts";

/** Connections to one provider when nothing else is said: as many as calls may be in flight by default. */
const DEFAULT_CONNECTIONS = 1_000;

/** A dialect of conversations on OpenAI's wires. */
export type Conversation = "openai-chat" | "openai-responses";

/** A provider that speaks OpenAI's wires: chat completions, the older completions, embeddings, and what passes. */
export interface OpenAiCompatibleSettings {
  readonly name: string;
  /** Up to and including `/v1`; a query (`?api-version=…`) is kept. */
  readonly baseUrl: string;
  /** Sent to the origin of `baseUrl` and nowhere else, as `keyHeader` says; `null` sends none. */
  readonly apiKey: string | null;
  /** As a bearer token, which is the default, or in Azure's header `api-key`. */
  readonly keyHeader?: "bearer" | "api-key";
  /** Version of Azure's API whose paths name the deployment, which is the model; absent is the plain path. */
  readonly deploymentsApi?: string | null;
  /** Further keys to the same account or others; a request says by number which one to use, `apiKey` being 0. */
  readonly moreKeys?: readonly string[];
  /** Environment variable the key came from, for the message when the provider refuses it. */
  readonly keyEnv?: string | null;
  /** Sent with every request. What Rollward sets itself cannot be changed here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly prices: ReadonlyMap<string, TokenPrice>;
  /** Most connections at a time; each carries one call. Default 1,000. */
  readonly connections?: number;
  /** Largest answer in bytes. */
  readonly answerBytes: number;
  /** Whether the provider takes `stream_options.include_usage`. Default: it does. */
  readonly streamUsage?: boolean;
  /** Fields of a chat completion that it refuses or leaves out of account; absent is none that is known. */
  readonly unknown?: readonly string[];
  /** The dialects of conversations that it takes, the one that others are translated to first. Default: chat alone. */
  readonly speaks?: readonly Conversation[];
  /** How its prompt caches are steered; absent is not at all. */
  readonly promptCache?: PromptCacheTerms;
  /** The circuit breaker of its models; `null` is off, absent is the default. */
  readonly breaker?: BreakerPolicy | null;
  /** Whether a host name may resolve to a private address. Default: only `localhost`. */
  readonly allowPrivate?: boolean;
  /** Absent is none. */
  readonly proxyFor?: ProxyFor | undefined;
}

/**
 * Posts a request's bytes as they are to the dialect's path after `baseUrl` over HTTP/1.1 with keep-alive.
 * Redirects are not followed and compression is not asked for. Throws `invalid_request` when the
 * settings cannot be used.
 */
export function createOpenAiCompatible(settings: OpenAiCompatibleSettings): WireProvider {
  const { name, prices, answerBytes, apiKey, moreKeys = [], keyEnv = null } = settings;
  const url = providerAddress(name, settings.baseUrl);
  const upstream = new Upstream({
    origin: url.origin,
    connections: settings.connections ?? DEFAULT_CONNECTIONS,
    allowPrivate: settings.allowPrivate ?? false,
    proxyFor: settings.proxyFor,
  });
  const base = url.pathname.replace(/\/$/, "");
  const terms = [apiKey, ...moreKeys].map((key) => {
    const headers = keyedHeaders(settings, key);
    return { provider: name, headers, answerBytes, upstream };
  });
  const secrets = [...(apiKey === null ? [] : [apiKey]), ...moreKeys, ...Object.values(settings.headers)];
  return {
    name,
    prices,
    speaks: [settings.speaks?.[0] ?? "openai-chat", ...(settings.speaks?.slice(1) ?? []), ...PASSES],
    reportsStreamUsage: settings.streamUsage ?? true,
    ...(settings.unknown !== undefined && { unknown: settings.unknown }),
    ...(settings.promptCache !== undefined && { promptCache: settings.promptCache }),
    keys: terms.length,
    keyDigests: [apiKey, ...moreKeys].map(keyDigest),
    ...(settings.breaker !== undefined && { breaker: settings.breaker }),
    forward(request, sink) {
      const chosen = termsFor(terms, request.key ?? 0);
      const path =
        deploymentPath(settings, url, request) ?? withQuery(`${base}${pathOf(request)}`, url.search.slice(1));
      if (request.address === undefined) return new Exchange({ ...chosen, path }, sink).start(request);
      const { method } = request.address;
      const headers = addressedHeaders(chosen.headers, method, request.headers?.["content-type"]);
      return new Exchange({ ...chosen, path, method, headers }, sink).start(request);
    },
    fault: (status, headers, body) => faultOf({ provider: name, keyEnv, secrets }, status, { headers, body }),
    close: () => upstream.close(),
  };
}

/** What one key has of an exchange; the path is the request's. */
type KeyTerms = Omit<ExchangeTerms, "path">;

function keyedHeaders(settings: OpenAiCompatibleSettings, key: string | null): string[] {
  if (settings.keyHeader !== "api-key" || key === null) return requestHeaders({ ...settings, apiKey: key });
  return requestHeaders({ ...settings, apiKey: null, headers: { ...settings.headers, "api-key": key } });
}

/** Where each dialect is spoken, after the base URL. */
const PATHS: ReadonlyMap<DialectName, string> = new Map([
  ["openai-chat", "/chat/completions"],
  ["openai-responses", "/responses"],
  ["openai-completions", "/completions"],
  ["openai-embeddings", "/embeddings"],
]);

/** What passes as it is or not at all; a provider that has no such address says so itself. */
const PASSES = [
  "openai-completions",
  "openai-embeddings",
  "openai-images",
  "openai-audio",
  "openai-moderations",
  "openai-files",
] as const;

/** A path that may have a query of its own, with the settings' query after it. */
const withQuery = (path: string, query: string): string =>
  query === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;

function pathOf({ dialect, address }: Pick<ForwardRequest, "dialect" | "address">): string {
  const path = address?.path ?? PATHS.get(dialect);
  if (path === undefined) throw new Error(`An OpenAI-compatible provider was asked in ${dialect}.`);
  return path;
}

/** Azure's path to one deployment (`/openai/deployments/{name}/chat/completions`); `null` for everyone else. */
function deploymentPath(
  { deploymentsApi = null }: OpenAiCompatibleSettings,
  url: URL,
  request: ForwardRequest,
): string | null {
  if (deploymentsApi === null) return null;
  // Files and responses belong to the resource and not to a deployment.
  const of =
    request.model === "" || request.dialect === "openai-responses"
      ? ""
      : `/deployments/${encodeURIComponent(request.model)}`;
  const path = `${url.pathname.replace(/\/$/, "")}${of}${pathOf(request)}`;
  return withQuery(path, `api-version=${encodeURIComponent(deploymentsApi)}`);
}

/** A number that no key has is a fault of the caller's and must not fall back on another key. */
function termsFor(terms: readonly KeyTerms[], key: number): KeyTerms {
  const chosen = terms[key];
  if (chosen === undefined) throw new Error(`There is no key ${key}.`);
  return chosen;
}
