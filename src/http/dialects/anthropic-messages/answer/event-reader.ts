import type { CallEvent } from "../../../../domain/call/canonical.ts";
import type { AnswerFacts, EventReader } from "../../../../ports/dialect.ts";
import { HeldDocument } from "./document.ts";
import { EventTranslator } from "./event-translator.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { StreamFrames } from "./stream-frames.ts";
import type { Frame } from "./stream-frames.ts";

/** Reads an answer of the Messages API as canonical events, streamed or whole. */
export const eventReader = (stream: boolean): EventReader => (stream ? new StreamEvents() : new WholeEvents());

class StreamEvents implements EventReader {
  readonly #facts = new GatheredFacts();
  readonly #translator = new EventTranslator(this.#facts);
  readonly #frames = new StreamFrames(this.#facts);

  get fault(): AnswerFacts["fault"] {
    return this.#facts.fault;
  }

  push(chunk: Buffer): readonly CallEvent[] {
    return this.#translate(this.#frames.push(chunk));
  }

  end(): readonly CallEvent[] {
    return this.#translate(this.#frames.end());
  }

  #translate(frames: readonly Frame[]): readonly CallEvent[] {
    const events: CallEvent[] = [];
    for (const { body } of frames) {
      if (body !== null) events.push(...this.#translator.translate(body));
      if (body?.["type"] === "error") break;
    }
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
    const held = this.#document.end();
    return held === null ? [] : new EventTranslator(this.#facts).translateMessage(held.message);
  }
}
