import { RollwardError } from "../../domain/errors.ts";
import type { ByteSink, Flow } from "../../ports/provider.ts";

/** Bytes that may wait for the reader of a body before the socket is paused. */
const WAITING_BYTES = 64 * 1024;

/** Statuses whose answers have no body (WHATWG Fetch, null body status). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** What an answer must be to be handed to an SDK. */
export interface ResponseTerms {
  readonly provider: string;
  /** Media type of a successful answer. */
  readonly expects: string;
}

/** Turns an exchange into a `Response` whose body is read at its reader's pace. */
export class ResponseSink implements ByteSink {
  readonly #terms: ResponseTerms;
  readonly #head = Promise.withResolvers<Response>();
  #flow: Flow | null = null;
  /** `null` before the head and once the body is over. */
  #body: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(terms: ResponseTerms) {
    this.#terms = terms;
  }

  get response(): Promise<Response> {
    return this.#head.promise;
  }

  /** Takes the flow of the exchange, which `signal` stops. */
  control(flow: Flow, signal: AbortSignal | null): void {
    this.#flow = flow;
    if (signal?.aborted === true) this.#stop(signal.reason);
    else signal?.addEventListener("abort", () => this.#stop(signal.reason), { once: true });
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    const { provider, expects } = this.#terms;
    const type = headers["content-type"] ?? "";
    if (status < 300 && type !== "" && !type.toLowerCase().startsWith(expects)) {
      const reason = type.startsWith("text/html") ? "it is a web page" : `it is not of the type ${expects}`;
      this.#flow?.abort();
      return this.fail(new RollwardError("provider_bad_answer", { provider, reason }));
    }
    const body = WITHOUT_BODY.has(status) ? null : this.#open();
    this.#head.resolve(new Response(body, { status, headers: { ...headers } }));
  }

  data(chunk: Buffer): void {
    if (this.#body === null) return;
    this.#body.enqueue(chunk);
    if ((this.#body.desiredSize ?? 0) <= 0) this.#flow?.pause();
  }

  end(): void {
    this.#body?.close();
    this.#body = null;
  }

  fail(error: RollwardError): void {
    this.#over(error);
  }

  #stop(reason: unknown): void {
    this.#flow?.abort();
    this.#over(reason);
  }

  #over(reason: unknown): void {
    this.#head.reject(reason);
    this.#body?.error(reason);
    this.#body = null;
  }

  #open(): ReadableStream<Uint8Array> {
    return new ReadableStream(
      {
        start: (controller: ReadableStreamDefaultController<Uint8Array>) => {
          this.#body = controller;
        },
        pull: () => this.#flow?.resume(),
        cancel: () => {
          this.#body = null;
          this.#flow?.abort();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: WAITING_BYTES }),
    );
  }
}
