import { RollwardError } from "../../domain/errors.ts";
import type { ByteSink, Headers } from "../../ports/provider.ts";
import { TimedFlight } from "./timed-flight.ts";
import type { FlightTerms } from "./timed-flight.ts";

/** An answer gathered whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** 64 vectors of 4,096 dimensions with twenty signs a number, and room. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Gathers a provider's answer within limits of time and bytes. */
export class EmbeddingSink extends TimedFlight<WholeAnswer> implements ByteSink {
  readonly #provider: string;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #status = 0;
  #headers: Headers = {};

  constructor(terms: FlightTerms) {
    super(terms);
    this.#provider = terms.provider;
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
    this.land({ status: this.#status, headers: this.#headers, bytes: Buffer.concat(this.#chunks) });
  }
}
