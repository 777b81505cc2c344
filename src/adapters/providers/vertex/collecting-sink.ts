import { RollwardError } from "../../../domain/errors.ts";
import type { ByteSink, Flow } from "../../../ports/provider.ts";

/** Gathers a small answer whole, within a limit of time. */
export class CollectingSink implements ByteSink {
  readonly #answer = Promise.withResolvers<{ readonly status: number; readonly body: Buffer }>();
  readonly #chunks: Buffer[] = [];
  readonly #terms: { readonly provider: string; readonly limitMs: number };
  #timer: NodeJS.Timeout | null = null;
  #status = 0;

  constructor(terms: { readonly provider: string; readonly limitMs: number }) {
    this.#terms = terms;
  }

  get answer(): Promise<{ readonly status: number; readonly body: Buffer }> {
    return this.#answer.promise;
  }

  /** Takes the flow of the exchange, which is stopped when the time is over. */
  control(flow: Flow): void {
    const { provider, limitMs } = this.#terms;
    this.#timer = setTimeout(() => {
      flow.abort();
      this.fail(new RollwardError("provider_timeout", { provider, phase: "asking for a token", limitMs }));
    }, limitMs).unref();
  }

  head(status: number): void {
    this.#status = status;
  }

  data(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  end(): void {
    this.#over();
    this.#answer.resolve({ status: this.#status, body: Buffer.concat(this.#chunks) });
  }

  fail(error: RollwardError): void {
    this.#over();
    this.#answer.reject(error);
  }

  #over(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
