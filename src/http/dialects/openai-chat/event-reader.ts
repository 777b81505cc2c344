import type { CallEvent } from "../../../domain/call/canonical.ts";
import type { AnswerFacts, EventReader } from "../../../ports/dialect.ts";
import { EventStream } from "../event-stream.ts";
import type { StreamEvent, StreamListener } from "../event-stream.ts";
import { HeldDocument } from "../held-document.ts";
import { AnswerObserver } from "./answer-observer.ts";
import { ChunkEvents } from "./chunk-events.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { readWhole } from "./read-whole.ts";

/** Reads chat completions as canonical events, streamed or whole. */
export const eventReader = (stream: boolean): EventReader => (stream ? new StreamEvents() : new WholeEvents());

class StreamEvents implements EventReader, StreamListener {
  readonly faults = new GatheredFacts();
  readonly #observer = new AnswerObserver(this.faults);
  readonly #stream = new EventStream(this);
  readonly #chunks = new ChunkEvents();
  #events: CallEvent[] = [];

  get fault(): AnswerFacts["fault"] {
    return this.faults.fault;
  }

  push(chunk: Buffer): readonly CallEvent[] {
    this.#stream.push(chunk);
    return this.#taken();
  }

  end(): readonly CallEvent[] {
    this.#stream.end();
    if (this.fault === null) this.#events.push(...this.#chunks.finish());
    return this.#taken();
  }

  event(event: StreamEvent): void {
    this.#observer.observeEvent(event);
    if (this.fault !== null) return;
    if (event.body !== null) this.#events.push(...this.#chunks.translate(event.body, "delta"));
    if (event.isDone) this.#events.push(...this.#chunks.finish());
  }

  document(bytes: Buffer): void {
    readWhole(bytes, this.faults);
  }

  #taken(): readonly CallEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

class WholeEvents implements EventReader {
  readonly #facts = new GatheredFacts();
  readonly #document = new HeldDocument(this.#facts);

  get fault(): AnswerFacts["fault"] {
    return this.#facts.fault;
  }

  push(chunk: Buffer): readonly CallEvent[] {
    this.#document.push(chunk);
    return [];
  }

  end(): readonly CallEvent[] {
    if (this.fault !== null) return [];
    const body = readWhole(this.#document.end(), this.#facts);
    if (body === null) return [];
    const chunks = new ChunkEvents();
    return [...chunks.translate(body, "message"), ...chunks.finish()];
  }
}
