import type { CallEvent } from "../../src/domain/call/canonical.ts";
import { TranslatingReader } from "../../src/gateway/attempt/translating-reader.ts";
import { wireSource } from "../../src/gateway/attempt/wire-source.ts";
import type { AnswerEncoder, AnswerFacts, Dialect } from "../../src/ports/dialect.ts";
import type { ConverseRequest, ConversingProvider, EventSink, Flow, WireProvider } from "../../src/ports/provider.ts";

const EMPTY = Buffer.alloc(0);

/**
 * A provider of bytes as clients of another dialect meet it: requests and answers go through the dialect and the
 * gateway's own reading of them, so that the contract of conversing providers holds for the two together.
 */
export function wireAsConversing(provider: WireProvider, dialect: Dialect): ConversingProvider {
  return {
    name: provider.name,
    prices: provider.prices,
    speaks: null,
    converse: (request, sink) => converse(provider, dialect, { request, sink }),
    close: () => provider.close(),
  };
}

function converse(
  provider: WireProvider,
  dialect: Dialect,
  { request, sink }: { readonly request: ConverseRequest; readonly sink: EventSink },
): Flow {
  const { callId, model, stream, connectMs } = request;
  const bytes = dialect.fromCanonical(request.request, {
    provider: provider.name,
    model,
    stream,
    reportsStreamUsage: true,
  });
  const telling = new Telling(sink);
  const reader = new TranslatingReader(dialect.eventReader(stream), telling);
  const source = wireSource(provider, { callId, dialect: dialect.name, model, bytes, connectMs }, reader);
  const flow = source.start({
    head: () => {},
    bytes: () => {},
    end: () => sink.end(),
    fail: (error) => sink.fail(error),
  });
  return {
    get isSent() {
      return flow.isSent !== false;
    },
    pause: () => flow.pause(),
    resume: () => flow.resume(),
    abort() {
      telling.isOver = true;
      flow.abort();
    },
  };
}

/** Encodes nothing: tells the events on. */
class Telling implements AnswerEncoder {
  readonly #sink: EventSink;
  #finishReason: string | null = null;
  isOver = false;

  constructor(sink: EventSink) {
    this.#sink = sink;
  }

  get facts(): AnswerFacts {
    return { begun: true, finishReason: this.#finishReason, usage: null, model: null, fault: null, characters: 0 };
  }

  push(event: CallEvent): Buffer {
    if (event.type === "end") this.#finishReason = event.finishReason;
    if (!this.isOver) this.#sink.event(event);
    return EMPTY;
  }

  end(): Buffer {
    return EMPTY;
  }
}
