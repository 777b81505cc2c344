import type { RollwardError } from "../../domain/errors.ts";
import type { BreakerPolicy } from "../../domain/health/circuit.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import type { ProxyFor } from "../../kit/outbound-proxy.ts";
import type { ForwardRequest, Headers, PromptCacheTerms, WireProvider } from "../../ports/provider.ts";
import { providerAddress } from "./provider-address.ts";
import { Exchange } from "./upstream/exchange.ts";
import type { ExchangeTerms } from "./upstream/exchange.ts";
import { faultOf } from "./upstream/fault-of.ts";
import type { FaultTerms } from "./upstream/fault-of.ts";
import { keyDigest } from "./upstream/key-digest.ts";
import { requestHeaders } from "./upstream/request-headers.ts";
import { Upstream } from "./upstream/upstream.ts";

const BASE_URL = "https://api.anthropic.com/v1";

/** Every request must name a version of the API. Of the two that there are, this one takes every model's parameters. */
const VERSION = "2023-06-01";

/** Connections to one provider when nothing else is said: as many as calls may be in flight by default. */
const DEFAULT_CONNECTIONS = 1_000;
const DEFAULT_ANSWER_BYTES = 64 * 1024 * 1024;

/** One configured account at Anthropic, or at anyone who speaks the Messages wire. */
export interface AnthropicSettings {
  readonly name: string;
  /** Up to and including `/v1`; `null` for Anthropic's own. */
  readonly baseUrl: string | null;
  /** Sent as `x-api-key` to the origin of `baseUrl` and nowhere else. */
  readonly apiKey: string;
  /** Further keys; a request says by number which one to use, `apiKey` being 0. */
  readonly moreKeys?: readonly string[];
  /** Environment variable the key came from, for the message when the provider refuses it. */
  readonly keyEnv?: string | null;
  readonly prices: ReadonlyMap<string, TokenPrice>;
  /** The most that each model can answer, tokens, as far as it is known. */
  readonly maxOutputs?: ReadonlyMap<string, number>;
  /** How its prompt caches are steered; absent is not at all. */
  readonly promptCache?: PromptCacheTerms;
  /** Most connections at a time; each carries one call. Default 1,000. */
  readonly connections?: number;
  /** Largest answer in bytes. Default 64 MiB. */
  readonly answerBytes?: number;
  /** The circuit breaker of its models; `null` is off, absent is the default. */
  readonly breaker?: BreakerPolicy | null;
  /** Whether the host name may resolve to a private address. Default: only `localhost`. */
  readonly allowPrivate?: boolean;
  /** Absent is none. */
  readonly proxyFor?: ProxyFor | undefined;
}

/**
 * Anthropic's Messages API: posts a request's bytes as they are to `{baseUrl}/messages`, or to count its tokens
 * to `{baseUrl}/messages/count_tokens`. Throws `invalid_request` when the settings cannot be used.
 */
export function createAnthropic(settings: AnthropicSettings): WireProvider {
  const { name, prices, apiKey, moreKeys = [], keyEnv = null } = settings;
  const keys = [apiKey, ...moreKeys];
  const url = providerAddress(name, settings.baseUrl ?? BASE_URL);
  const { connections = DEFAULT_CONNECTIONS, allowPrivate = false, proxyFor } = settings;
  const upstream = new Upstream({ origin: url.origin, connections, allowPrivate, proxyFor });
  const answerBytes = settings.answerBytes ?? DEFAULT_ANSWER_BYTES;
  const path = `${url.pathname.replace(/\/$/, "")}/messages`;
  const terms = keys.map((key): KeyTerms => {
    const headers = requestHeaders({ name, apiKey: null, headers: { "x-api-key": key } });
    const versioned = [...headers, "anthropic-version", VERSION];
    return {
      bare: headers,
      exchange: { provider: name, path: `${path}${url.search}`, headers: versioned, answerBytes, upstream },
    };
  });
  const countPath = `${path}/count_tokens${url.search}`;
  return {
    name,
    prices,
    ...(settings.maxOutputs !== undefined && { maxOutputs: settings.maxOutputs }),
    ...(settings.promptCache !== undefined && { promptCache: settings.promptCache }),
    speaks: ["anthropic-messages"],
    reportsStreamUsage: true,
    keys: keys.length,
    keyDigests: keys.map(keyDigest),
    ...(settings.breaker !== undefined && { breaker: settings.breaker }),
    forward: (request, sink) => new Exchange(termsFor(terms, request, countPath), sink).start(request),
    fault: (status, headers, body) =>
      anthropicFault({ provider: name, keyEnv, secrets: keys }, status, { headers, body }),
    close: () => upstream.close(),
  };
}

/** What exchanges with one key share; `bare` is its headers without a version. */
interface KeyTerms {
  readonly exchange: ExchangeTerms;
  readonly bare: readonly string[];
}

function termsFor(
  terms: readonly KeyTerms[],
  { key = 0, headers, operation }: ForwardRequest,
  countPath: string,
): ExchangeTerms {
  const chosen = terms[key];
  // A number that no key has is a fault of the caller's and must not fall back on another key.
  if (chosen === undefined) throw new Error(`There is no key ${key}.`);
  const { exchange, bare } = chosen;
  const { "anthropic-version": version = VERSION, "anthropic-beta": beta } = headers ?? {};
  const isPlain = version === VERSION && beta === undefined;
  if (isPlain && operation === undefined) return exchange;
  const features = beta === undefined ? [] : ["anthropic-beta", beta];
  return {
    ...exchange,
    ...(operation === "count-tokens" && { path: countPath }),
    headers: [...bare, "anthropic-version", version, ...features],
  };
}

/** How the API says, with status 400, that an account has run out of credit. */
const OUT_OF_CREDIT = "credit balance is too low";

/**
 * The API's error answer as an error of the table. An account without credit is our fault and not the request's.
 */
function anthropicFault(
  terms: FaultTerms,
  status: number,
  answer: { readonly headers: Headers; readonly body: Buffer },
): RollwardError {
  const isOutOfCredit = status === 400 && answer.body.includes(OUT_OF_CREDIT);
  return faultOf(terms, isOutOfCredit ? 402 : status, answer);
}
