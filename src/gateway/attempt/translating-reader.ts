import type { CallEvent } from "../../domain/call/canonical.ts";
import type { AnswerEncoder, AnswerFacts, AnswerReader, EventReader } from "../../ports/dialect.ts";

/** Reads an answer in the provider's dialect and hands it on in the client's. */
export class TranslatingReader implements AnswerReader {
  readonly #events: EventReader;
  readonly #encoder: AnswerEncoder;

  constructor(events: EventReader, encoder: AnswerEncoder) {
    this.#events = events;
    this.#encoder = encoder;
  }

  get facts(): AnswerFacts {
    const { fault } = this.#events;
    return fault === null ? this.#encoder.facts : { ...this.#encoder.facts, fault };
  }

  push(chunk: Buffer): Buffer {
    return this.#encode(this.#events.push(chunk));
  }

  end(): Buffer {
    const last = this.#encode(this.#events.end());
    if (this.facts.fault !== null || this.#encoder.facts.finishReason === null) return last;
    return join([last, this.#encoder.end()]);
  }

  #encode(events: readonly CallEvent[]): Buffer {
    return join(events.map((event) => this.#encoder.push(event)));
  }
}

const join = (parts: readonly Buffer[]): Buffer => (parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts));

const EMPTY = Buffer.alloc(0);
