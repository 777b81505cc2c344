import { RollwardError } from "../../../domain/errors.ts";
import type { ByteSink, Flow, ForwardRequest } from "../../../ports/provider.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { Asker, Connection, OutgoingRequest } from "./connection.ts";
import { requestHead } from "./http/request-head.ts";
import type { ResponseHead } from "./http/response-head.ts";
import { transportError } from "./transport-error.ts";
import type { Progress } from "./transport-error.ts";
import type { Upstream, Waiter } from "./upstream.ts";

/** What all exchanges with one provider share. */
export interface ExchangeTerms {
  readonly provider: string;
  readonly path: string;
  /** Absent is POST. Only a POST has a body. */
  readonly method?: "GET" | "POST" | "DELETE";
  /** Flat list of names and values. */
  readonly headers: string[];
  readonly answerBytes: number;
  readonly upstream: Upstream;
}

const NONE: readonly string[] = [];

/**
 * One request and its answer: waits for a connection, hears what that receives, feeds the sink, and is the flow
 * that its caller controls. Once it is over, the sink hears nothing more.
 */
export class Exchange implements Waiter, Asker, Flow {
  readonly #terms: ExchangeTerms;
  readonly #sink: ByteSink;
  /** Until its answer begins: it may have to be sent again. */
  #request: OutgoingRequest | null = null;
  #connection: Connection | null = null;
  #timer: NodeJS.Timeout | null = null;
  #connectMs = 0;
  #progress: Progress = "connecting";
  #needsNew = false;
  #over = false;
  #paused = false;
  #received = 0;
  /** An error whose words are compressed still has its status and how long to wait. */
  #isWordless = false;

  constructor(terms: ExchangeTerms, sink: ByteSink) {
    this.#terms = terms;
    this.#sink = sink;
  }

  get provider(): string {
    return this.#terms.provider;
  }

  get connectMs(): number {
    return this.#connectMs;
  }

  get needsNew(): boolean {
    return this.#needsNew;
  }

  get isSent(): boolean {
    return this.#progress !== "connecting";
  }

  /** Sends the request when what else arrived has been looked at. Throws where its path or a header cannot be sent. */
  start({ bytes, connectMs, trace = NONE }: Pick<ForwardRequest, "bytes" | "connectMs" | "trace">): Flow {
    const { path, headers, upstream, method = "POST" } = this.#terms;
    const body = method === "POST" ? bytes : null;
    const bodyBytes = body === null ? null : body.length;
    const head = requestHead({ method, path, host: upstream.host, headers, more: trace, bodyBytes });
    this.#connectMs = connectMs;
    this.#request = { head, body };
    upstream.ask(this);
    return this;
  }

  pause(): void {
    this.#paused = true;
    this.#connection?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connection?.resume();
  }

  abort(): void {
    if (this.#over) return;
    const connection = this.#connection;
    this.#finish();
    if (connection === null) this.#terms.upstream.leave(this);
    else connection.destroy();
  }

  begin(connection: Connection): void {
    const request = this.#request;
    if (request === null) return connection.destroy();
    this.#clearTimer();
    this.#connection = connection;
    this.#progress = "sent";
    connection.send(request, this);
    if (this.#paused) connection.pause();
  }

  wait(): void {
    this.#timer = setTimeout(() => this.#connectExpired(), this.#connectMs).unref();
  }

  head({ status, headers, bodyEnd }: ResponseHead): void {
    this.#request = null;
    this.#isWordless = isEncoded(headers);
    if (this.#isWordless && status < 400) {
      const reason = "it is compressed, which was not asked for";
      return this.#breakOff(new RollwardError("provider_bad_answer", { provider: this.provider, reason }));
    }
    if (typeof bodyEnd === "number" && bodyEnd > this.#terms.answerBytes) return this.#breakOff(this.#tooLarge());
    this.#progress = "answering";
    this.#sink.head(status, answerHeaders(headers));
  }

  data(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > this.#terms.answerBytes) return this.#breakOff(this.#tooLarge());
    if (!this.#isWordless) this.#sink.data(chunk);
  }

  end(): void {
    this.#connection = null;
    this.#sink.end();
    this.#finish();
  }

  /** The race of every kept connection: the provider closed it as the request was on its way. It is sent once more, on a new one. */
  stale(error: Error): void {
    if (this.#over || this.#needsNew) return this.fail(error);
    this.#needsNew = true;
    this.#connection = null;
    this.#progress = "connecting";
    this.#terms.upstream.ask(this);
  }

  fail(error: Error): void {
    if (this.#over) return;
    this.#finish();
    const { provider } = this.#terms;
    this.#sink.fail(transportError(error, { provider, connectMs: this.#connectMs, progress: this.#progress }));
  }

  #connectExpired(): void {
    const { provider } = this.#terms;
    this.#breakOff(new RollwardError("provider_timeout", { provider, phase: "connecting", limitMs: this.#connectMs }));
  }

  #tooLarge(): RollwardError {
    const { provider, answerBytes } = this.#terms;
    return new RollwardError("answer_too_large", { provider, limitBytes: answerBytes });
  }

  /** Stops the upstream request and reports why. */
  #breakOff(error: RollwardError): void {
    this.abort();
    this.#sink.fail(error);
  }

  #finish(): void {
    this.#over = true;
    this.#connection = null;
    this.#request = null;
    this.#clearTimer();
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

const PLAIN: ReadonlySet<string> = new Set(["", "identity"]);

function isEncoded(headers: readonly string[]): boolean {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === "content-encoding" && !PLAIN.has(headers[index + 1]?.toLowerCase() ?? "")) return true;
  }
  return false;
}
