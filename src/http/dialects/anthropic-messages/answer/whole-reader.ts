import type { AnswerReader } from "../../../../ports/dialect.ts";
import { HeldDocument } from "../../held-document.ts";
import { noteMessage } from "./answer-observer.ts";
import { CommonFacts } from "../../common-facts.ts";
import { messageIn } from "./message-in.ts";

const EMPTY = Buffer.alloc(0);

/** Reads an answer that comes in one document: nothing is handed on before all of it was understood. */
export class WholeReader implements AnswerReader {
  readonly facts = new CommonFacts();
  readonly #document = new HeldDocument(this.facts);

  push(chunk: Buffer): Buffer {
    this.#document.push(chunk);
    return EMPTY;
  }

  end(): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    const bytes = this.#document.end();
    const message = messageIn(bytes, this.facts);
    if (message === null) return EMPTY;
    noteMessage(this.facts, message);
    return bytes;
  }
}
