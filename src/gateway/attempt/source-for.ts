import type { JsonObject } from "../../domain/json.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { givenTo } from "../../domain/call/given-to.ts";
import { parseExactJson } from "../../kit/exact-json.ts";
import type { Dialect } from "../../ports/dialect.ts";
import type { EmbedRequest, Provider, TraceHeaders, WireProvider } from "../../ports/provider.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import type { AnswerSource } from "./answer-source.ts";
import { steerBytes, steerRequest } from "../prompt-cache/steer.ts";
import { converseSource } from "./converse-source.ts";
import { embedSource } from "./embed-source.ts";
import { TranslatingReader } from "./translating-reader.ts";
import { wireSource } from "./wire-source.ts";

/** Who is asked, with which of its keys, and what. */
export interface Asked {
  readonly provider: Provider;
  readonly target: ModelTarget;
  readonly body: Buffer;
  readonly key: number;
  /** Headers of the trace for this provider; absent sends none. */
  readonly trace?: TraceHeaders;
}

/** How a target is asked: the client's own bytes where the provider speaks the dialect, else translated. */
export function sourceFor(gateway: Gateway, open: OpenCall, asked: Asked): AnswerSource {
  const source = sourceOf(gateway, open, asked);
  const { leftOut = [] } = open.arrival;
  return leftOut.length === 0 ? source : without(source, [...new Set([...leftOut, ...(source.leftOut ?? [])])]);
}

function sourceOf(gateway: Gateway, open: OpenCall, asked: Asked): AnswerSource {
  const { provider, target, body, key, trace } = asked;
  const { dialect } = open.arrival;
  const { stream } = present(open.request);
  const to = { provider, target, key };
  const form = dialect.answerForm(present(open.request));
  const { connectMs } = present(open.rendered).timeouts;
  const terms = { callId: open.id, model: target.model, connectMs, key, ...(trace !== undefined && { trace }) };
  if (provider.speaks !== null && provider.speaks.includes(dialect.name)) {
    const { headers, address } = open.arrival;
    const told = { ...(headers !== undefined && { headers }), ...(address !== undefined && { address }) };
    const bytes = dialect.forProvider?.(body) ?? body;
    const steered = steerBytes(gateway, open, { to, dialect, bytes });
    const request = { ...terms, dialect: dialect.name, bytes: steered.request, ...told };
    const passing = steered.sent(wireSource(provider, request, dialect.reader(form)));
    return bytes === body ? passing : without(passing, REASONING);
  }
  const vectors = vectorsSource(open, asked, terms);
  if (vectors !== null) return vectors;
  const canonical = dialect.toCanonical(documentIn(open, body), provider.name);
  const encoder = dialect.encoder(form, open.id, open.at);
  if (provider.speaks === null) {
    // None of the APIs behind it can be told who the user is.
    const { request, leftOut } = givenTo(canonical, { reasons: provider.reasons?.(target.model) ?? null, user: false });
    const steered = steerRequest(gateway, open, { to, request });
    const source = steered.sent(converseSource(provider, { ...terms, request: steered.request, stream }, encoder));
    return leftOut.length === 0 ? source : without(source, leftOut);
  }
  const wire = wireOf(gateway, provider);
  const { reportsStreamUsage, unknown } = provider;
  const user = unknown?.includes("user") !== true;
  const { request, leftOut } = givenTo(canonical, { reasons: wire.reasons ?? null, user });
  const maxOutput = provider.maxOutputs?.get(target.model);
  const bytes = wire.fromCanonical(request, {
    provider: provider.name,
    model: target.model,
    ...(maxOutput !== undefined && { maxOutput }),
    stream,
    reportsStreamUsage,
    ...(unknown !== undefined && { unknown }),
  });
  const steered = steerBytes(gateway, open, { to, dialect: wire, bytes });
  const reader = new TranslatingReader(wire.eventReader(stream), encoder);
  const asking = { ...terms, dialect: wire.name, bytes: steered.request };
  const source = steered.sent(inOwnWords(wireSource(provider, asking, reader)));
  return leftOut.length === 0 ? source : without(source, leftOut);
}

/** Vectors of a provider that makes them on a wire of its own; `null` where that is not what is asked, or of whom. */
function vectorsSource(
  open: OpenCall,
  { provider, body }: Asked,
  terms: Omit<EmbedRequest, "request">,
): AnswerSource | null {
  const { embedding: form } = open.arrival.dialect;
  if (form === undefined || provider.speaks !== null || provider.embed === undefined) return null;
  const { embed, name } = provider;
  return embedSource({ embed, provider: name, form, body: documentIn(open, body), bodyBytes: body.length }, terms);
}

/** What the models of another vendor thought, which this one cannot read. */
const REASONING = ["reasoning"];

/** A source that says what its provider was not given. */
const without = (source: AnswerSource, leftOut: readonly string[]): AnswerSource => ({
  get facts() {
    return source.facts;
  },
  get contentType() {
    return source.contentType ?? null;
  },
  sent: source.sent,
  leftOut,
  start: (sink) => source.start(sink),
});

/** What only passes may be no document at all: its dialect refuses to be translated, whatever it is. */
const documentIn = ({ arrival }: OpenCall, body: Buffer): JsonObject =>
  arrival.address !== undefined ? {} : (parseExactJson(body.toString()) as JsonObject);

/** A client of another dialect could not read the provider's own error answer: it gets ours alone. */
const inOwnWords = (source: AnswerSource): AnswerSource => ({
  get facts() {
    return source.facts;
  },
  sent: source.sent,
  start: (sink) =>
    source.start({
      head: (status, headers) => sink.head(status, headers),
      bytes: (chunk) => sink.bytes(chunk),
      end: () => sink.end(),
      fail: (error) => sink.fail(error),
    }),
});

/** The dialect that a provider is asked in by clients of another one. */
function wireOf(gateway: Gateway, { name, speaks }: WireProvider): Dialect {
  const wire = gateway.dialects.get(speaks[0]);
  if (wire === undefined) throw new Error(`The provider ${name} speaks ${speaks[0]}, which nobody reads.`);
  return wire;
}
