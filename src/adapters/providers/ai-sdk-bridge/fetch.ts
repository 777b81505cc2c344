import { RollwardError } from "../../../domain/errors.ts";
import type { ConverseRequest } from "../../../ports/provider.ts";
import { Exchange } from "../upstream/exchange.ts";
import { requestHeaders } from "../upstream/request-headers.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { ResponseSink } from "./response-sink.ts";
import type { Line } from "./response-sink.ts";

/** `fetch` as SDKs take it. */
export type AiSdkFetch = typeof globalThis.fetch;

/** Where an SDK's requests go. */
export interface AiSdkRoute {
  readonly provider: string;
  /** The only origin that requests, and with them our key, may go to. */
  readonly origin: string;
  readonly upstream: Upstream;
  /** Largest answer in bytes. */
  readonly answerBytes: number;
  /** Media type of a streamed answer. */
  readonly streamType: string;
  /** The last word on a body. */
  rewritten(body: string): string;
}

/** What SDKs write about themselves; ours is written instead. */
const NOT_THEIRS: ReadonlySet<string> = new Set(["content-type", "accept", "user-agent"]);

/**
 * A `fetch` for one call of an SDK over our own connections: connect timeout, abort at once, no redirects,
 * no compression, a bound on the answer, and backpressure from its reader to the socket. It rejects with
 * errors of the table. It sends POSTs with a text body and nothing else.
 */
export function aiSdkFetch(route: AiSdkRoute, request: ConverseRequest, line: Line): AiSdkFetch {
  const { stream, connectMs, trace } = request;
  return (address, init = {}) => {
    const url = new URL(address instanceof Request ? address.url : address);
    if (url.origin !== route.origin || typeof init.body !== "string") {
      return Promise.reject(new RollwardError("internal", {}, new Error("An SDK sent a request of another kind.")));
    }
    const expects = stream ? route.streamType : "application/json";
    const sink = new ResponseSink({ provider: route.provider, expects, line });
    const exchange = new Exchange(
      { ...route, path: `${url.pathname}${url.search}`, headers: headersOf(route, init) },
      sink,
    );
    sink.control(exchange);
    line.asked(exchange);
    exchange.start({
      bytes: Buffer.from(route.rewritten(init.body)),
      connectMs,
      ...(trace !== undefined && { trace }),
    });
    return sink.response;
  };
}

function headersOf({ provider }: AiSdkRoute, { headers: given }: RequestInit): string[] {
  const headers: Record<string, string> = {};
  new Headers(given).forEach((value, name) => {
    if (!NOT_THEIRS.has(name)) headers[name] = value;
  });
  return requestHeaders({ name: provider, apiKey: null, headers });
}
