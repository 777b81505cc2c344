import type { CallEvent } from "../../../../domain/call/canonical.ts";
import type { AnswerFacts, EventReader } from "../../../../ports/dialect.ts";
import { EventStream } from "../../event-stream.ts";
import type { StreamEvent, StreamListener } from "../../event-stream.ts";
import { HeldDocument } from "../../held-document.ts";
import { EventTranslator } from "./event-translator.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { messageIn } from "./message-in.ts";

/** Reads an answer of the Messages API as canonical events, streamed or whole. */
export const eventReader = (stream: boolean): EventReader => (stream ? new StreamEvents() : new WholeEvents());

class StreamEvents implements EventReader, StreamListener {
  readonly faults = new GatheredFacts();
  readonly #translator = new EventTranslator(this.faults);
  readonly #stream = new EventStream(this);
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
    return this.#taken();
  }

  event({ body }: StreamEvent): void {
    if (body !== null) this.#events.push(...this.#translator.translate(body));
  }

  document(bytes: Buffer): void {
    messageIn(bytes, this.faults);
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
    const message = messageIn(this.#document.end(), this.#facts);
    return message === null ? [] : new EventTranslator(this.#facts).translateMessage(message);
  }
}
