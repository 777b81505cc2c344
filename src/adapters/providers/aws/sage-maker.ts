import type { RollwardError } from "../../../domain/errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { ByteSink, Flow, ForwardRequest, Headers, WireProvider } from "../../../ports/provider.ts";
import { providerAddress } from "../provider-address.ts";
import { Exchange } from "../upstream/exchange.ts";
import type { ExchangeTerms } from "../upstream/exchange.ts";
import { faultOf } from "../upstream/fault-of.ts";
import { requestHeaders } from "../upstream/request-headers.ts";
import { Upstream } from "../upstream/upstream.ts";
import type { VendorTerms } from "../vendor-terms.ts";
import type { AwsCredentials } from "./aws-credentials.ts";
import { awsHost } from "./aws-host.ts";
import { PayloadSink } from "./payload-sink.ts";
import { signV4 } from "./sign-v4.ts";

/** Endpoints of one region. */
export interface SageMakerTerms extends VendorTerms {
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** The variables of the credentials, for the message when they are refused. */
  readonly keyEnv: string;
  readonly clock: Clock;
}

/** Connections to one region: as many as calls may be in flight by default. */
const CONNECTIONS = 1_000;

/**
 * SageMaker endpoints whose container speaks the OpenAI wire. A request's bytes go as they are, signed, to
 * `InvokeEndpoint` or, for a stream, `InvokeEndpointWithResponseStream`; the model is the endpoint's name.
 */
export function createSageMaker(terms: SageMakerTerms): WireProvider {
  const { name, prices, region, credentials, keyEnv, answerBytes, breaker } = terms;
  const url = providerAddress(name, terms.baseUrl ?? `https://${awsHost("runtime.sagemaker", region)}`);
  const { allowPrivate, proxyFor } = terms;
  const upstream = new Upstream({ origin: url.origin, connections: CONNECTIONS, allowPrivate, proxyFor });
  const secrets = [
    credentials.secretAccessKey,
    ...(credentials.sessionToken === null ? [] : [credentials.sessionToken]),
  ];
  return {
    name,
    prices,
    speaks: ["openai-chat"],
    reportsStreamUsage: true,
    keys: 1,
    breaker,
    forward(request, sink) {
      const path = `${url.pathname.replace(/\/$/, "")}${pathOf(request)}`;
      const headers = signedHeaders(terms, new URL(path, url.origin), request.bytes);
      return send({ provider: name, path, headers, answerBytes, upstream }, request, sink);
    },
    fault: (status, headers, body) => sageMakerFault({ provider: name, keyEnv, secrets }, status, { headers, body }),
    close: () => upstream.close(),
  };
}

function send(terms: ExchangeTerms, request: ForwardRequest, sink: ByteSink): Flow {
  const payloads = new PayloadSink({ provider: terms.provider, isStream: isStream(request) }, sink);
  const exchange = new Exchange(terms, payloads);
  payloads.control(exchange);
  return exchange.start(request);
}

const isStream = ({ bytes }: ForwardRequest): boolean =>
  (JSON.parse(bytes.toString()) as { readonly stream?: unknown }).stream === true;

const pathOf = (request: ForwardRequest): string =>
  `/endpoints/${encodeURIComponent(request.model)}/invocations${isStream(request) ? "-response-stream" : ""}`;

function signedHeaders({ name, region, credentials, clock }: SageMakerTerms, url: URL, body: Buffer): string[] {
  const request = { method: "POST", url, headers: {}, body };
  const signed = signV4(request, { credentials, region, service: "sagemaker", nowMs: clock.now() });
  return requestHeaders({ name, apiKey: null, headers: signed });
}

type FaultArguments = Parameters<typeof faultOf>;

/** A container's own error comes wrapped (424); being throttled comes as a 400. */
function sageMakerFault(
  terms: FaultArguments[0],
  status: number,
  answer: { readonly headers: Headers; readonly body: Buffer },
): RollwardError {
  const wrapped = recordOf(answer.body);
  const { OriginalStatusCode: original, OriginalMessage: message, Message: words } = wrapped;
  if (status === 424 && typeof original === "number" && original >= 400 && typeof message === "string")
    return faultOf(terms, original, { headers: answer.headers, body: Buffer.from(message) });
  if (status === 400 && (words === "Rate exceeded" || wrapped["message"] === "Rate exceeded"))
    return faultOf(terms, 429, answer);
  return faultOf(terms, status, answer);
}

function recordOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(body.toString());
    return typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
