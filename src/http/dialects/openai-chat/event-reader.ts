import type { CallEvent } from "../../../domain/call/canonical.ts";
import type { EventReader } from "../../../ports/dialect.ts";
import { eventReaderOf } from "../event-readers.ts";
import type { ToldAnswer } from "../event-readers.ts";
import type { StreamEvent } from "../event-stream.ts";
import { AnswerObserver } from "./answer-observer.ts";
import { ChunkEvents } from "./chunk-events.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { readWhole } from "./read-whole.ts";

/** Reads chat completions as canonical events, streamed or whole. */
export const eventReader = (stream: boolean): EventReader => eventReaderOf(stream, new ToldCompletion());

class ToldCompletion implements ToldAnswer {
  readonly faults = new GatheredFacts();
  readonly #observer = new AnswerObserver(this.faults);
  readonly #chunks = new ChunkEvents();

  event(event: StreamEvent): readonly CallEvent[] {
    this.#observer.observeEvent(event);
    if (this.faults.fault !== null) return [];
    if (event.isDone) return this.rest();
    return event.body === null ? [] : this.#chunks.translate(event.body, "delta");
  }

  rest(): readonly CallEvent[] {
    return this.#chunks.finish();
  }

  document(bytes: Buffer): readonly CallEvent[] {
    const body = readWhole(bytes, this.faults);
    return body === null ? [] : [...this.#chunks.translate(body, "message"), ...this.#chunks.finish()];
  }
}
