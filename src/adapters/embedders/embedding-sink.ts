import { RollwardError } from "../../domain/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ByteSink, Flow, Headers } from "../../ports/provider.ts";

/** An answer gathered whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** 64 vectors of 4,096 dimensions with twenty signs a number, and room. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Gathers a provider's answer within limits of time and bytes. */
export class EmbeddingSink implements ByteSink {
  readonly #answer = Promise.withResolvers<WholeAnswer>();
  readonly #provider: string;
  readonly #cancel: () => void;
  readonly #chunks: Buffer[] = [];
  #flow: Flow | null = null;
  #bytes = 0;
  #status = 0;
  #headers: Headers = {};
  #isOver = false;

  constructor({ provider, limitMs, clock }: { provider: string; limitMs: number; clock: Clock }) {
    this.#provider = provider;
    this.#cancel = clock.after(limitMs, () => {
      this.stop(new RollwardError("provider_timeout", { provider, phase: "embedding", limitMs }));
    });
  }

  get answer(): Promise<WholeAnswer> {
    return this.#answer.promise;
  }

  /** Takes the flow of the exchange, to stop it by. */
  control(flow: Flow): void {
    this.#flow = flow;
    if (this.#isOver) flow.abort();
  }

  /** Ends it with an error, and the exchange with it. */
  stop(error: RollwardError): void {
    this.#flow?.abort();
    this.fail(error);
  }

  head(status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  data(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= MOST_BYTES) return void this.#chunks.push(chunk);
    this.stop(new RollwardError("answer_too_large", { provider: this.#provider, limitBytes: MOST_BYTES }));
  }

  end(): void {
    this.#over();
    this.#answer.resolve({ status: this.#status, headers: this.#headers, bytes: Buffer.concat(this.#chunks) });
  }

  fail(error: RollwardError): void {
    this.#over();
    this.#answer.reject(error);
  }

  #over(): void {
    this.#isOver = true;
    this.#cancel();
  }
}
