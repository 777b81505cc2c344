import type { CallEvent } from "../../domain/call/canonical.ts";
import type { AnswerFacts, EventReader } from "../../ports/dialect.ts";
import { EventStream } from "./event-stream.ts";
import type { Faults, StreamEvent, StreamListener } from "./event-stream.ts";
import { HeldDocument } from "./held-document.ts";

/** One answer of a dialect while it is read: what its events, or its one document, say in canonical words. */
export interface ToldAnswer {
  readonly faults: Faults;
  /** What one event of a stream says. */
  event(event: StreamEvent): readonly CallEvent[];
  /** What is left to say when the stream has closed in good order. */
  rest(): readonly CallEvent[];
  /** What one document says; what is no answer becomes a fault. */
  document(bytes: Buffer): readonly CallEvent[];
}

/** Reads one answer as canonical events, streamed or whole. */
export const eventReaderOf = (stream: boolean, answer: ToldAnswer): EventReader =>
  stream ? new StreamEvents(answer) : new WholeEvents(answer);

class StreamEvents implements EventReader, StreamListener {
  readonly #answer: ToldAnswer;
  readonly #stream = new EventStream(this);
  #events: CallEvent[] = [];

  constructor(answer: ToldAnswer) {
    this.#answer = answer;
  }

  get faults(): Faults {
    return this.#answer.faults;
  }

  get fault(): AnswerFacts["fault"] {
    return this.faults.fault;
  }

  push(chunk: Buffer): readonly CallEvent[] {
    this.#stream.push(chunk);
    return this.#taken();
  }

  end(): readonly CallEvent[] {
    this.#stream.end();
    if (this.fault === null) this.#events.push(...this.#answer.rest());
    return this.#taken();
  }

  event(event: StreamEvent): void {
    this.#events.push(...this.#answer.event(event));
  }

  /** One document came where a stream was asked for: only the error that it may tell counts. */
  document(bytes: Buffer): void {
    this.#answer.document(bytes);
  }

  #taken(): readonly CallEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

class WholeEvents implements EventReader {
  readonly #answer: ToldAnswer;
  readonly #document: HeldDocument;

  constructor(answer: ToldAnswer) {
    this.#answer = answer;
    this.#document = new HeldDocument(answer.faults);
  }

  get fault(): AnswerFacts["fault"] {
    return this.#answer.faults.fault;
  }

  push(chunk: Buffer): readonly CallEvent[] {
    this.#document.push(chunk);
    return [];
  }

  end(): readonly CallEvent[] {
    return this.fault === null ? this.#answer.document(this.#document.end()) : [];
  }
}
