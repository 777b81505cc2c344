import type { RollwardError } from "../../../domain/errors.ts";
import type { ByteSink, Headers } from "../../../ports/provider.ts";

/** An answer that has come whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** Gathers an answer; how long that may take and how large it may be is for others to say. */
export class WholeAnswerSink implements ByteSink {
  readonly #answer = Promise.withResolvers<WholeAnswer>();
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: Headers = {};

  get answer(): Promise<WholeAnswer> {
    return this.#answer.promise;
  }

  head(status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  data(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    this.#answer.resolve({ status: this.#status, headers: this.#headers, bytes: Buffer.concat(this.#chunks) });
  }

  fail(error: RollwardError): void {
    this.#answer.reject(error);
  }
}
