import type { PromptCacheTerms, ByteSink, Flow, ForwardRequest, WireProvider } from "../../../ports/provider.ts";
import { RollwardError } from "../../../domain/errors.ts";
import { providerAddress } from "../provider-address.ts";
import { Exchange } from "../upstream/exchange.ts";
import { faultOf } from "../upstream/fault-of.ts";
import { requestHeaders } from "../upstream/request-headers.ts";
import { Upstream } from "../upstream/upstream.ts";
import { claudeBody } from "./claude-body.ts";
import { GoogleToken, REFUSED } from "./google-token.ts";
import { readServiceAccount } from "./read-service-account.ts";
import { vertexAddress } from "./vertex-address.ts";
import type { VertexTerms } from "./vertex-address.ts";

/** Claude models of one project and location on Google Cloud. */
export interface VertexClaudeTerms extends VertexTerms {
  /** The most that each model can answer, tokens, as far as it is known. */
  readonly maxOutputs?: ReadonlyMap<string, number>;
  /** How its prompt caches are steered; absent is not at all. */
  readonly promptCache?: PromptCacheTerms;
}

/** Whether Vertex has a model by Anthropic's wire. */
export const isClaude = (model: string): boolean => model.startsWith("claude");

/** Connections to one location: as many as calls may be in flight by default. */
const CONNECTIONS = 1_000;

/**
 * Anthropic's models on Vertex AI: the Messages API at Google's address with Google's token. A request's bytes go as they
 * are but for its model, which the address names. Throws `invalid_request` or `provider_unusable` when the settings cannot be used.
 */
export function createVertexClaude(terms: VertexClaudeTerms): WireProvider {
  const { name, prices, breaker, maxOutputs, promptCache, answerBytes, credentialsEnv, allowPrivate, proxyFor, clock } =
    terms;
  const url = providerAddress(name, vertexAddress(terms, "anthropic"));
  const account = readServiceAccount({ provider: name, variable: credentialsEnv }, terms.credentials);
  const secrets = [account.privateKey];
  const tokens = new GoogleToken({ provider: name, account, allowPrivate, proxyFor, clock, credentialsEnv, secrets });
  const upstream = new Upstream({ origin: url.origin, connections: CONNECTIONS, allowPrivate, proxyFor });
  return {
    name,
    prices,
    ...(maxOutputs !== undefined && { maxOutputs }),
    ...(promptCache !== undefined && { promptCache }),
    speaks: ["anthropic-messages"],
    reportsStreamUsage: true,
    keys: 1,
    breaker,
    forward: (request, sink) =>
      new SignedExchange(sink).start(request, async ({ stream }) => ({
        provider: name,
        path: `${url.pathname}/models/${verbOf(request, stream)}${url.search}`,
        headers: headersOf(name, request, await tokens.token()),
        answerBytes,
        upstream,
      })),
    fault(status, headers, body) {
      if (status === REFUSED) tokens.refused();
      return faultOf({ provider: name, keyEnv: credentialsEnv, secrets }, status, { headers, body });
    },
    async close() {
      await Promise.all([upstream.close(), tokens.close()]);
    },
  };
}

/** What follows `models/`. Google writes the `@` of a version as it is. */
function verbOf({ model, operation }: ForwardRequest, stream: boolean): string {
  if (operation === "count-tokens") return "count-tokens:rawPredict";
  return `${encodeURIComponent(model).replaceAll("%40", "@")}:${stream ? "streamRawPredict" : "rawPredict"}`;
}

/** The version stands in the body, so that a client's header of it has no place here. */
function headersOf(name: string, { headers }: ForwardRequest, token: string): string[] {
  const beta = headers?.["anthropic-beta"];
  return requestHeaders({ name, apiKey: token, headers: beta === undefined ? {} : { "anthropic-beta": beta } });
}

type TermsFor = (body: { readonly stream: boolean }) => Promise<ConstructorParameters<typeof Exchange>[0]>;

/** An exchange that waits for a token first; until then it is paused and aborted here. */
class SignedExchange implements Flow {
  readonly #sink: ByteSink;
  #exchange: Exchange | null = null;
  #isPaused = false;
  #isOver = false;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  start(request: ForwardRequest, termsFor: TermsFor): Flow {
    void this.#start(request, termsFor).catch((error: unknown) => this.#fail(error));
    return this;
  }

  get isSent(): boolean {
    return this.#exchange?.isSent === true;
  }

  pause(): void {
    this.#isPaused = true;
    this.#exchange?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#exchange?.resume();
  }

  abort(): void {
    this.#isOver = true;
    this.#exchange?.abort();
  }

  async #start(request: ForwardRequest, termsFor: TermsFor): Promise<void> {
    const body = claudeBody(request.bytes, request.operation === "count-tokens");
    const terms = await termsFor(body);
    if (this.#isOver) return;
    const exchange = new Exchange(terms, this.#sink);
    this.#exchange = exchange;
    if (this.#isPaused) exchange.pause();
    exchange.start({ ...request, bytes: body.bytes });
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.fail(RollwardError.from(error));
  }
}
