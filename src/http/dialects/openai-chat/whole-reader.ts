import type { AnswerReader } from "../../../ports/dialect.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { readWhole } from "./read-whole.ts";

const EMPTY = Buffer.alloc(0);

/** Largest whole answer that is held to be read, bytes; a server sets its own smaller limit elsewhere. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads an answer that comes in one document: nothing is handed on before all of it was understood. */
export class WholeReader implements AnswerReader {
  readonly facts = new GatheredFacts();
  #chunks: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    this.#length += chunk.length;
    this.#chunks.push(chunk);
    if (this.#length > MOST_BYTES) {
      this.facts.fail("provider_bad_answer", `it has more than ${MOST_BYTES} bytes`);
      this.#chunks = [];
    }
    return EMPTY;
  }

  end(): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    const [only = EMPTY] = this.#chunks;
    const bytes = this.#chunks.length > 1 ? Buffer.concat(this.#chunks) : only;
    readWhole(bytes, this.facts);
    return this.facts.fault === null ? bytes : EMPTY;
  }
}
