import { RollwardError } from "../../../domain/errors.ts";
import type { EmbedRequest, EmbedSink, Flow } from "../../../ports/provider.ts";
import { Exchange } from "../upstream/exchange.ts";
import type { ExchangeTerms } from "../upstream/exchange.ts";
import { faultOf } from "../upstream/fault-of.ts";
import type { FaultTerms } from "../upstream/fault-of.ts";
import { requestHeaders } from "../upstream/request-headers.ts";
import { WholeAnswerSink } from "../upstream/whole-answer-sink.ts";
import type { WholeAnswer } from "../upstream/whole-answer-sink.ts";
import type { EmbeddingPart, EmbeddingTarget, EmbeddingWire } from "./embedding-wire.ts";
import { textsInParts } from "./texts-in-parts.ts";
import type { TextsPart } from "./texts-in-parts.ts";

/** What calls for vectors need to know of their provider. */
export interface EmbedCallTerms extends FaultTerms, Pick<ExchangeTerms, "upstream" | "answerBytes"> {
  readonly wire: EmbeddingWire;
}

/** Requests of one call that are under way at a time: a vendor that takes one text each must not be flooded by one client. */
const AT_ONCE = 4;

/** One call for vectors: asked in as many requests as the vendor wants, handed on when all of them are answered. */
export class EmbedCall implements Flow {
  readonly #terms: EmbedCallTerms;
  readonly #request: EmbedRequest;
  readonly #target: EmbeddingTarget;
  readonly #sink: EmbedSink;
  /** The parts that are under way. */
  readonly #flights = new Map<Exchange, TextsPart>();
  readonly #waiting: TextsPart[] = [];
  readonly #vectors: (readonly number[])[];
  #received = 0;
  #isOver = false;

  constructor(terms: EmbedCallTerms, request: EmbedRequest, sink: EmbedSink) {
    this.#terms = terms;
    this.#request = request;
    this.#target = { model: request.model, key: request.key ?? 0 };
    this.#sink = sink;
    this.#vectors = request.request.texts.map(() => []);
  }

  /** The sink hears nothing before this returns. */
  start(): Flow {
    this.#run().catch((error: unknown) => this.#fail(RollwardError.from(error)));
    return this;
  }

  /** Nothing is handed on before the end, so there is nothing to hold back. */
  pause(): void {}

  resume(): void {}

  abort(): void {
    this.#isOver = true;
    for (const [flight, part] of this.#flights) {
      flight.abort();
      if (flight.isSent) this.#sink.sent(bytesOf(part));
    }
    this.#flights.clear();
  }

  async #run(): Promise<void> {
    // What this throws must not reach a caller that has no flow yet.
    await Promise.resolve();
    const { model, request } = this.#request;
    this.#waiting.push(...textsInParts(request.texts, this.#terms.wire.room(model)));
    const lanes = Math.min(AT_ONCE, this.#waiting.length);
    await Promise.all(Array.from({ length: lanes }, () => this.#lane()));
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sink.end(this.#vectors);
  }

  async #lane(): Promise<void> {
    for (;;) {
      const part = this.#isOver ? undefined : this.#waiting.shift();
      if (part === undefined) return;
      const answer = await this.#ask(part);
      if (this.#isOver || answer === null) return;
      const { vectors, inputTokens } = this.#read(answer, part);
      this.#vectors.splice(part.from, vectors.length, ...vectors);
      this.#sink.sent(bytesOf(part));
      this.#sink.part(inputTokens, bytesOf(part));
    }
  }

  /** `null` when the call was over before anything was sent. */
  async #ask(part: TextsPart): Promise<WholeAnswer | null> {
    const { wire, provider, upstream, answerBytes } = this.#terms;
    const { request, connectMs, trace } = this.#request;
    const { path, body } = wire.post({ ...request, texts: part.texts }, this.#target);
    const bytes = Buffer.from(JSON.stringify(body));
    const access = await wire.access({ path, bytes }, this.#target);
    if (this.#isOver) return null;
    const sink = new WholeAnswerSink();
    const headers = requestHeaders({ name: provider, apiKey: null, headers: access });
    const exchange = new Exchange({ provider, path, headers, answerBytes, upstream }, sink);
    this.#flights.set(exchange, part);
    exchange.start({ bytes, connectMs, ...(trace !== undefined && { trace }) });
    try {
      return await sink.answer;
    } finally {
      this.#flights.delete(exchange);
    }
  }

  #read({ status, headers, bytes }: WholeAnswer, { texts }: TextsPart): EmbeddingPart {
    const { wire, provider, answerBytes } = this.#terms;
    if (status === 401) wire.refused?.();
    if (status >= 300) throw faultOf(this.#terms, status, { headers, body: bytes });
    this.#received += bytes.length;
    if (this.#received > answerBytes)
      throw new RollwardError("answer_too_large", { provider, limitBytes: answerBytes });
    const part = wire.read({ body: parsedOrNull(bytes), headers });
    if (part === null) throw this.#bad("it holds no embeddings");
    if (part.vectors.length !== texts.length) throw this.#bad(`it does not hold ${texts.length} embeddings`);
    const { dimensions } = this.#request.request;
    const other = part.vectors.find(({ length }) => dimensions !== null && length !== dimensions);
    if (other !== undefined) {
      throw this.#bad(`its vectors have ${other.length} dimensions and not the ${dimensions} that were asked for`);
    }
    return part;
  }

  #fail(error: RollwardError): void {
    if (this.#isOver) return;
    this.abort();
    this.#sink.fail(error);
  }

  #bad(reason: string): RollwardError {
    return new RollwardError("provider_bad_answer", { provider: this.#terms.provider, reason });
  }
}

const bytesOf = ({ texts }: TextsPart): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

function parsedOrNull(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}
