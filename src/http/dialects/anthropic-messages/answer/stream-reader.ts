import type { AnswerReader } from "../../../../ports/dialect.ts";
import { AnswerObserver } from "./answer-observer.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { StreamFrames } from "./stream-frames.ts";
import type { Frame } from "./stream-frames.ts";

const EMPTY = Buffer.alloc(0);

/** Reads a streamed answer as it passes: whole events go on with the bytes they came in, an error event does not. */
export class StreamReader implements AnswerReader {
  readonly facts = new GatheredFacts();
  readonly #observer = new AnswerObserver(this.facts);
  readonly #frames = new StreamFrames(this.facts);

  push(chunk: Buffer): Buffer {
    return this.#handOn(this.#frames.push(chunk));
  }

  end(): Buffer {
    return this.#handOn(this.#frames.end());
  }

  #handOn(frames: readonly Frame[]): Buffer {
    const passing: Buffer[] = [];
    for (const { raw, body } of frames) {
      if (body !== null) this.#observer.observe(body);
      if (body?.["type"] === "error") break;
      passing.push(raw);
    }
    const [only = EMPTY] = passing;
    return passing.length > 1 ? Buffer.concat(passing) : only;
  }
}
