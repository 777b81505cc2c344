import type { Dispatcher } from "undici";
import { RollwardError } from "../../../domain/errors.ts";
import { atEndOfTurn } from "../../../kit/end-of-turn.ts";
import type { ByteSink, Flow, ForwardRequest } from "../../../ports/provider.ts";
import { answerHeaders } from "./answer-headers.ts";
import { transportError } from "./transport-error.ts";
import type { Progress } from "./transport-error.ts";
import type { Upstream } from "./upstream.ts";

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

/** 1xx answers before the real one; a provider that sends more is playing. */
const MOST_INFORMATIONAL = 32;

/** Why undici is told to stop; nobody sees it. */
const STOPPED = new Error("stopped");

/**
 * One request and its answer: receives undici's callbacks, feeds the sink, and is the flow that its
 * caller controls. Once it is over, whatever undici still reports is dropped.
 */
export class Exchange implements Dispatcher.DispatchHandler, Flow {
  readonly #terms: ExchangeTerms;
  readonly #sink: ByteSink;
  #options: Dispatcher.DispatchOptions | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #timer: NodeJS.Timeout | null = null;
  #connectMs = 0;
  #progress: Progress = "connecting";
  #over = false;
  #waiting = true;
  #paused = false;
  #received = 0;
  #informational = 0;

  constructor(terms: ExchangeTerms, sink: ByteSink) {
    this.#terms = terms;
    this.#sink = sink;
  }

  /** Sends the request when what else arrived has been looked at. */
  start({ bytes, connectMs, trace }: Pick<ForwardRequest, "bytes" | "connectMs" | "trace">): Flow {
    const { path, headers: usual, method = "POST" } = this.#terms;
    const headers = trace === undefined ? usual : [...usual, ...trace];
    this.#connectMs = connectMs;
    const options: Dispatcher.DispatchOptions = { method, path, headers, body: method === "POST" ? bytes : null };
    this.#options = options;
    atEndOfTurn(() => this.#dispatch(options));
    return this;
  }

  pause(): void {
    this.#paused = true;
    this.#controller?.pause();
  }

  /** Goes on after the caller's own work: undici's parser may not be entered while another one runs. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    queueMicrotask(() => {
      if (!this.#paused && !this.#over) this.#controller?.resume();
    });
  }

  abort(): void {
    if (this.#over) return;
    this.#finish();
    this.#controller?.abort(STOPPED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#leave();
    // Throwing drops the request and keeps the connection; aborting here would close it.
    if (this.#over) throw STOPPED;
    this.#controller = controller;
    this.#progress = "sent";
    this.#options = null;
    this.#clearTimer();
    if (this.#paused) controller.pause();
  }

  onResponseStart(_: unknown, status: number, headers: Readonly<Record<string, string | string[] | undefined>>): void {
    if (this.#over) return;
    if (status < 200) return this.#countInformational();
    const { provider, answerBytes } = this.#terms;
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && encoding !== "identity") {
      const reason = "it is compressed, which was not asked for";
      return this.#breakOff(new RollwardError("provider_bad_answer", { provider, reason }));
    }
    if (Number(headers["content-length"]) > answerBytes) return this.#breakOff(this.#tooLarge());
    this.#progress = "answering";
    this.#sink.head(status, answerHeaders(headers));
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#over) return;
    this.#received += chunk.length;
    if (this.#received > this.#terms.answerBytes) return this.#breakOff(this.#tooLarge());
    this.#sink.data(chunk);
  }

  onResponseEnd(): void {
    if (this.#over) return;
    this.#sink.end();
    this.#finish();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#leave();
    if (this.#over) return;
    const { provider } = this.#terms;
    this.#fail(transportError(error, { provider, connectMs: this.#connectMs, progress: this.#progress }));
  }

  #dispatch(options: Dispatcher.DispatchOptions): void {
    if (this.#over) return;
    const { upstream, provider } = this.#terms;
    const connectMs = this.#connectMs;
    try {
      upstream.dispatch(options, this, { provider, connectMs });
    } catch (error) {
      this.#fail(RollwardError.from(error));
    }
    if (this.#controller === null && !this.#over) {
      this.#timer = setTimeout(() => this.#connectExpired(), connectMs);
      this.#timer.unref();
    }
  }

  #countInformational(): void {
    this.#informational += 1;
    if (this.#informational <= MOST_INFORMATIONAL) return;
    const reason = `more than ${MOST_INFORMATIONAL} informational answers came before it`;
    this.#breakOff(new RollwardError("provider_bad_answer", { provider: this.#terms.provider, reason }));
  }

  #connectExpired(): void {
    const { provider } = this.#terms;
    this.#fail(new RollwardError("provider_timeout", { provider, phase: "connecting", limitMs: this.#connectMs }));
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

  #fail(error: RollwardError): void {
    this.#finish();
    this.#sink.fail(error);
  }

  #finish(): void {
    this.#over = true;
    this.#clearTimer();
    // A request that still waits in a queue of undici's must not hold its bytes until its turn comes.
    if (this.#options !== null) this.#options.body = null;
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #leave(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#terms.upstream.left();
  }
}
