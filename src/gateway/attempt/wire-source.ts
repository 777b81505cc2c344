import { RollwardError } from "../../domain/errors.ts";
import { reportedFault } from "../../domain/health/reported-fault.ts";
import type { AnswerFacts, AnswerReader } from "../../ports/dialect.ts";
import type { ByteSink, Flow, ForwardRequest, Headers, WireProvider } from "../../ports/provider.ts";
import type { AnswerSink, AnswerSource } from "./answer-source.ts";

/** Largest error body that is kept, bytes: enough for any provider's explanation. */
const ERROR_BODY_BYTES = 64 * 1024;

/** An answer that comes as bytes: a reader watches them pass, or translates them. */
export const wireSource = (provider: WireProvider, request: ForwardRequest, reader: AnswerReader): AnswerSource =>
  new WireSource(provider, request, reader);

class WireSource implements AnswerSource {
  readonly #provider: WireProvider;
  readonly #request: ForwardRequest;
  readonly #reader: AnswerReader;
  #sink: WireSink | null = null;

  constructor(provider: WireProvider, request: ForwardRequest, reader: AnswerReader) {
    this.#provider = provider;
    this.#request = request;
    this.#reader = reader;
  }

  get facts(): AnswerFacts {
    return this.#reader.facts;
  }

  get contentType(): string | null {
    return this.#sink?.contentType ?? null;
  }

  get sent(): Buffer {
    return this.#request.bytes;
  }

  start(sink: AnswerSink): Flow {
    this.#sink = new WireSink(this.#provider, this.#reader, sink);
    return this.#sink.forward(this.#request);
  }
}

class WireSink implements ByteSink {
  readonly #provider: WireProvider;
  readonly #reader: AnswerReader;
  readonly #sink: AnswerSink;
  #flow: Flow | null = null;
  #failed = false;
  #status = 0;
  #headers: Headers = {};
  readonly #errorBody: Buffer[] = [];
  #errorBytes = 0;

  constructor(provider: WireProvider, reader: AnswerReader, sink: AnswerSink) {
    this.#provider = provider;
    this.#reader = reader;
    this.#sink = sink;
  }

  get contentType(): string | null {
    return this.#headers["content-type"] ?? null;
  }

  forward(request: ForwardRequest): Flow {
    this.#flow = this.#provider.forward(request, this);
    return this.#flow;
  }

  head(status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
    if (status < 300) this.#reader.head?.(this.contentType ?? "");
    this.#sink.head(status, headers);
  }

  data(chunk: Buffer): void {
    if (this.#failed) return;
    if (this.#status >= 300) return this.#keepErrorBody(chunk);
    const hadBegun = this.#reader.facts.begun;
    const bytes = this.#reader.push(chunk);
    // A first token that came together with a fault is kept back: somebody else may still give a whole answer.
    const isSpoilt = !hadBegun && this.#reader.facts.fault !== null;
    if (bytes.length > 0 && !isSpoilt) this.#sink.bytes(bytes);
    this.#checkFault();
  }

  end(): void {
    if (this.#failed) return;
    if (this.#status >= 300) return this.#failWithStatus();
    const rest = this.#reader.end();
    if (this.#checkFault()) return;
    if (this.#reader.facts.finishReason === null) {
      return this.#fail(this.#error("provider_cut", "it has no finish reason"));
    }
    if (rest.length > 0) this.#sink.bytes(rest);
    this.#sink.end();
  }

  fail(error: RollwardError): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#sink.fail(error);
  }

  #keepErrorBody(chunk: Buffer): void {
    if (this.#errorBytes >= ERROR_BODY_BYTES) return;
    this.#errorBody.push(chunk);
    this.#errorBytes += chunk.length;
  }

  #failWithStatus(): void {
    this.#failed = true;
    const body = Buffer.concat(this.#errorBody).subarray(0, ERROR_BODY_BYTES);
    const error = this.#provider.fault(this.#status, this.#headers, body);
    const retryAfter = this.#headers["retry-after"] ?? null;
    this.#sink.fail(error, { status: this.#status, retryAfter, body });
  }

  /** The reader found a fault inside the answer: stop reading and report it. */
  #checkFault(): boolean {
    const { fault } = this.#reader.facts;
    if (fault === null) return false;
    this.#flow?.abort();
    const { name } = this.#provider;
    const isReport = fault.code === "provider_error";
    this.#fail(isReport ? reportedFault(name, fault.reason) : this.#error(fault.code, fault.reason));
    return true;
  }

  #fail(error: RollwardError): void {
    this.#failed = true;
    this.#sink.fail(error);
  }

  #error(code: "provider_cut" | "provider_bad_answer", reason: string): RollwardError {
    return new RollwardError(code, { provider: this.#provider.name, reason });
  }
}
