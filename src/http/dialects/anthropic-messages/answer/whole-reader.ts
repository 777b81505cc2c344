import type { AnswerReader } from "../../../../ports/dialect.ts";
import { noteMessage } from "./answer-observer.ts";
import { HeldDocument } from "./document.ts";
import { GatheredFacts } from "./gathered-facts.ts";

const EMPTY = Buffer.alloc(0);

/** Reads an answer that comes in one document: nothing is handed on before all of it was understood. */
export class WholeReader implements AnswerReader {
  readonly facts = new GatheredFacts();
  readonly #document = new HeldDocument(this.facts);

  push(chunk: Buffer): Buffer {
    this.#document.push(chunk);
    return EMPTY;
  }

  end(): Buffer {
    const held = this.#document.end();
    if (held === null) return EMPTY;
    noteMessage(this.facts, held.message);
    return held.bytes;
  }
}
