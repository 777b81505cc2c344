import type { JsonObject } from "../../domain/json.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import type { Dialect } from "../../ports/dialect.ts";
import type { Provider, WireProvider } from "../../ports/provider.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import type { AnswerSource } from "./answer-source.ts";
import { converseSource } from "./converse-source.ts";
import { TranslatingReader } from "./translating-reader.ts";
import { wireSource } from "./wire-source.ts";

/** Who is asked, with which of its keys, and what. */
export interface Asked {
  readonly provider: Provider;
  readonly target: ModelTarget;
  readonly body: Buffer;
  readonly key: number;
}

/** How a target is asked: the client's own bytes where the provider speaks the dialect, else translated. */
export function sourceFor(gateway: Gateway, open: OpenCall, { provider, target, body, key }: Asked): AnswerSource {
  const { dialect } = open.arrival;
  const { stream } = present(open.request);
  const form = dialect.answerForm(present(open.request));
  const terms = { callId: open.id, model: target.model, connectMs: present(open.rendered).timeouts.connectMs, key };
  if (provider.speaks !== null && provider.speaks.includes(dialect.name)) {
    const { headers } = open.arrival;
    const forward = { ...terms, dialect: dialect.name, bytes: body, ...(headers !== undefined && { headers }) };
    return wireSource(provider, forward, dialect.reader(form));
  }
  const request = dialect.toCanonical(JSON.parse(body.toString()) as JsonObject, provider.name);
  const encoder = dialect.encoder(form, open.id, open.at);
  if (provider.speaks === null) return converseSource(provider, { ...terms, request, stream }, encoder);
  const wire = wireOf(gateway, provider);
  const { reportsStreamUsage } = provider;
  const bytes = wire.fromCanonical(request, {
    provider: provider.name,
    model: target.model,
    stream,
    reportsStreamUsage,
  });
  const reader = new TranslatingReader(wire.eventReader(stream), encoder);
  return inOwnWords(wireSource(provider, { ...terms, dialect: wire.name, bytes }, reader));
}

/** A client of another dialect could not read the provider's own error answer: it gets ours alone. */
const inOwnWords = (source: AnswerSource): AnswerSource => ({
  get facts() {
    return source.facts;
  },
  sent: source.sent,
  start: (sink) =>
    source.start({
      head: (status) => sink.head(status),
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
