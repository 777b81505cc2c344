import { RollwardError } from "../../domain/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ByteSink, Flow, ForwardRequest, Headers, WireProvider } from "../../ports/provider.ts";

/** Largest answer to a question about a request, bytes: a few numbers. */
const MOST_BYTES = 256 * 1024;

/** A status and a body, both the provider's own. */
export interface WholeAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** Asks a provider for something small that is no completion, and waits for all of it. */
export class GatheredAnswer implements ByteSink {
  readonly #provider: WireProvider;
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #answered = Promise.withResolvers<WholeAnswer>();
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: Headers = {};
  #flow: Flow | null = null;
  #isBroken = false;

  constructor(provider: WireProvider, clock: Clock, limitMs: number) {
    this.#provider = provider;
    this.#clock = clock;
    this.#limitMs = limitMs;
  }

  /** Resolves with an answer of status 200 to 299; rejects with the provider's fault as an error of the table. */
  async ask(request: ForwardRequest): Promise<WholeAnswer> {
    const cancel = this.#clock.after(this.#limitMs, () => this.#expire());
    try {
      this.#flow = this.#provider.forward(request, this);
      // It may have been broken off before the flow was known.
      if (this.#isBroken) this.#flow.abort();
      return await this.#answered.promise;
    } finally {
      cancel();
    }
  }

  /** The client has left. */
  stop(): void {
    this.#breakOff(new RollwardError("provider_cut", { provider: this.#provider.name, reason: "the client left" }));
  }

  head(status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  data(chunk: Buffer): void {
    if (this.#isBroken) return;
    this.#bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.#bytes <= MOST_BYTES) return;
    this.#breakOff(new RollwardError("answer_too_large", { provider: this.#provider.name, limitBytes: MOST_BYTES }));
  }

  end(): void {
    const body = Buffer.concat(this.#chunks);
    if (this.#status < 300) this.#answered.resolve({ status: this.#status, body });
    else this.#answered.reject(this.#provider.fault(this.#status, this.#headers, body));
  }

  fail(error: RollwardError): void {
    this.#answered.reject(error);
  }

  #expire(): void {
    const details = { provider: this.#provider.name, phase: "the whole answer", limitMs: this.#limitMs };
    this.#breakOff(new RollwardError("provider_timeout", details));
  }

  #breakOff(error: RollwardError): void {
    this.#isBroken = true;
    this.#flow?.abort();
    this.#answered.reject(error);
  }
}
