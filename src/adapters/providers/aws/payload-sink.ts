import { RollwardError } from "../../../domain/errors.ts";
import type { ByteSink, Flow, Headers } from "../../../ports/provider.ts";
import { EventStreamDecoder } from "./event-stream.ts";
import type { EventStreamMessage } from "./event-stream.ts";

const STREAM_TYPE = "application/vnd.amazon.eventstream";

/** Takes a stream out of AWS's frames: what the container wrote goes on as it was written. */
export class PayloadSink implements ByteSink {
  readonly #sink: ByteSink;
  readonly #provider: string;
  readonly #isStream: boolean;
  readonly #decoder = new EventStreamDecoder();
  #flow: Flow | null = null;
  #isFramed = false;
  #over = false;

  constructor(terms: { readonly provider: string; readonly isStream: boolean }, sink: ByteSink) {
    this.#provider = terms.provider;
    this.#isStream = terms.isStream;
    this.#sink = sink;
  }

  /** Takes the flow of the exchange, to stop it when the frames cannot be read. */
  control(flow: Flow): void {
    this.#flow = flow;
  }

  head(status: number, headers: Headers): void {
    const type = (headers["content-type"] ?? STREAM_TYPE).toLowerCase();
    this.#isFramed = this.#isStream && status < 300;
    if (this.#isFramed && !type.startsWith(STREAM_TYPE)) {
      const reason = `it is not of the type ${STREAM_TYPE}`;
      return this.#breakOff(new RollwardError("provider_bad_answer", { provider: this.#provider, reason }));
    }
    this.#sink.head(status, this.#isFramed ? { ...headers, "content-type": "text/event-stream" } : headers);
  }

  data(chunk: Buffer): void {
    if (this.#over) return;
    if (!this.#isFramed) return this.#sink.data(chunk);
    try {
      // One chunk goes on as one, so that nothing follows a pause.
      const payload = Buffer.concat(this.#decoder.push(chunk).map((message) => this.#payloadOf(message)));
      if (payload.length > 0) this.#sink.data(payload);
    } catch (error) {
      const reason = "its frames cannot be read";
      const own = error instanceof RollwardError ? error : null;
      this.#breakOff(own ?? new RollwardError("provider_bad_answer", { provider: this.#provider, reason }));
    }
  }

  end(): void {
    if (this.#over) return;
    if (this.#decoder.isClean) return this.#sink.end();
    const reason = "it ends inside a frame";
    this.#breakOff(new RollwardError("provider_cut", { provider: this.#provider, reason }));
  }

  fail(error: RollwardError): void {
    if (!this.#over) this.#sink.fail(error);
  }

  #payloadOf({ headers, payload }: EventStreamMessage): Buffer {
    if (headers[":message-type"] === "event") return payload;
    const provider = this.#provider;
    throw new RollwardError("provider_error", { provider, status: "an error inside its answer" });
  }

  #breakOff(error: RollwardError): void {
    this.#over = true;
    this.#flow?.abort();
    this.#sink.fail(error);
  }
}
