import { RollwardError } from "../../../domain/errors.ts";
import type { TokenPrice } from "../../../domain/money/price.ts";
import type { WireProvider } from "../../../ports/provider.ts";
import { Exchange } from "../upstream/exchange.ts";
import { faultOf } from "../upstream/fault-of.ts";
import { requestHeaders } from "../upstream/request-headers.ts";
import { Upstream } from "../upstream/upstream.ts";

/** Connections to one provider when nothing else is said: as many as calls may be in flight by default. */
const DEFAULT_CONNECTIONS = 1_000;

/** A provider that speaks the OpenAI chat-completions wire. */
export interface OpenAiCompatibleSettings {
  readonly name: string;
  /** Up to and including `/v1`; a query (`?api-version=…`) is kept. */
  readonly baseUrl: string;
  /** Sent as a bearer token to the origin of `baseUrl` and nowhere else; `null` sends none. */
  readonly apiKey: string | null;
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
  /** Whether a host name may resolve to a private address. Default: only `localhost`. */
  readonly allowPrivate?: boolean;
}

/**
 * Posts a request's bytes as they are to `{baseUrl}/chat/completions` over HTTP/1.1 with keep-alive.
 * Redirects are not followed and compression is not asked for. Throws `invalid_request` when the
 * settings cannot be used.
 */
export function createOpenAiCompatible(settings: OpenAiCompatibleSettings): WireProvider {
  const { name, prices, answerBytes, apiKey, keyEnv = null } = settings;
  const url = addressOf(settings);
  const upstream = new Upstream({
    origin: url.origin,
    connections: settings.connections ?? DEFAULT_CONNECTIONS,
    allowPrivate: settings.allowPrivate ?? false,
  });
  const terms = {
    provider: name,
    path: `${url.pathname.replace(/\/$/, "")}/chat/completions${url.search}`,
    headers: requestHeaders(settings),
    answerBytes,
    upstream,
  };
  const secrets = [...(apiKey === null ? [] : [apiKey]), ...Object.values(settings.headers)];
  return {
    name,
    prices,
    speaks: "openai-chat",
    reportsStreamUsage: settings.streamUsage ?? true,
    forward: (request, sink) => new Exchange(terms, sink).start(request),
    fault: (status, _, body) => faultOf({ provider: name, keyEnv, secrets }, status, body),
    close: () => upstream.close(),
  };
}

function addressOf({ name, baseUrl }: OpenAiCompatibleSettings): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  // The address itself may hold a password, so it is not part of the message.
  const isUsable =
    url !== null &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.password === "";
  if (!isUsable) {
    const reason = `The base URL of the provider ${name} is not an http or https address without user information.`;
    throw new RollwardError("invalid_request", { reason });
  }
  return url;
}
