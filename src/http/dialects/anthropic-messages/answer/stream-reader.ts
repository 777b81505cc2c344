import type { AnswerReader } from "../../../../ports/dialect.ts";
import { EventStream } from "../../event-stream.ts";
import type { StreamEvent, StreamListener } from "../../event-stream.ts";
import { AnswerObserver } from "./answer-observer.ts";
import { CommonFacts } from "../../common-facts.ts";
import { messageIn } from "./message-in.ts";

const EMPTY = Buffer.alloc(0);

/** Reads a streamed answer as it passes: whole events go on with the bytes they came in, an error event does not. */
export class StreamReader implements AnswerReader, StreamListener {
  readonly facts = new CommonFacts();
  readonly #observer = new AnswerObserver(this.facts);
  readonly #stream = new EventStream(this);
  #passing: Buffer[] = [];

  get faults(): CommonFacts {
    return this.facts;
  }

  push(chunk: Buffer): Buffer {
    this.#stream.push(chunk);
    return this.#handOn();
  }

  end(): Buffer {
    this.#stream.end();
    return this.#handOn();
  }

  event({ raw, body }: StreamEvent): void {
    if (body === null) this.facts.keptAlive();
    else this.#observer.observe(body);
    if (this.facts.fault === null) this.#passing.push(raw);
  }

  document(bytes: Buffer): void {
    messageIn(bytes, this.facts);
  }

  #handOn(): Buffer {
    const passing = this.#passing;
    const [only = EMPTY] = passing;
    if (passing.length > 0) this.#passing = [];
    return passing.length > 1 ? Buffer.concat(passing) : only;
  }
}
