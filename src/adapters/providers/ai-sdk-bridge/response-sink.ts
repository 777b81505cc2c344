import { RollwardError } from "../../../domain/errors.ts";
import type { ByteSink, Flow } from "../../../ports/provider.ts";

/** Bytes that may wait for the reader of a body before the socket is paused. */
const WAITING_BYTES = 64 * 1024;

/** Statuses whose answers have no body (WHATWG Fetch, null body status). */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** A call's connection to its transport. */
export interface Line {
  /** Stops the request at once. */
  readonly signal: AbortSignal;
  /** The request is on its way, by this flow, which knows whether it has left. */
  readonly asked: (flow: Flow) => void;
  /** The provider has begun to answer. */
  readonly answered: () => void;
  /** The answer broke off. Its body ends in good order all the same, see `fail`. */
  readonly broke: (error: RollwardError) => void;
}

/** What an answer must be to be handed to an SDK, and whom to tell. */
export interface ResponseTerms {
  readonly provider: string;
  /** Media type of a successful answer. */
  readonly expects: string;
  readonly line: Line;
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

  /** Takes the flow of the exchange, which the line's signal stops. */
  control(flow: Flow): void {
    const { signal } = this.#terms.line;
    this.#flow = flow;
    if (signal.aborted) this.#stop(signal.reason);
    else signal.addEventListener("abort", () => this.#stop(signal.reason), { once: true });
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    const { provider, expects } = this.#terms;
    const type = headers["content-type"] ?? "";
    if (status < 300 && type !== "" && !type.toLowerCase().startsWith(expects)) {
      const reason = type.startsWith("text/html") ? "it is a web page" : `it is not of the type ${expects}`;
      this.#flow?.abort();
      return this.fail(new RollwardError("provider_bad_answer", { provider, reason }));
    }
    this.#terms.line.answered();
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

  /** An error in the body would make an SDK drop what has come but was not read; so the line tells of it. */
  fail(error: RollwardError): void {
    this.#terms.line.broke(error);
    this.#head.reject(error);
    this.end();
  }

  #stop(reason: unknown): void {
    this.#flow?.abort();
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
