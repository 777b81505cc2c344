import type { AnswerForm, AnswerReader } from "../../../ports/dialect.ts";
import { EventStream } from "../event-stream.ts";
import type { StreamEvent, StreamListener } from "../event-stream.ts";
import { AnswerObserver } from "./answer-observer.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { readWhole } from "./read-whole.ts";

const EMPTY = Buffer.alloc(0);

/**
 * Reads a streamed answer as it passes. Each whole event is handed on with the bytes it came in, except
 * the usage event that only Rollward asked for. A malformed event is never handed on.
 */
export class StreamReader implements AnswerReader, StreamListener {
  readonly facts = new GatheredFacts();
  readonly #observer = new AnswerObserver(this.facts);
  readonly #stream = new EventStream(this);
  readonly #usageIsAsked: boolean;
  #passing: Buffer[] = [];

  constructor(form: AnswerForm) {
    this.#usageIsAsked = form.usageInStream;
  }

  get faults(): GatheredFacts {
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

  event(event: StreamEvent): void {
    this.#observer.observeEvent(event);
    if (this.facts.fault !== null) return;
    if (this.#usageIsAsked || !isUsageAlone(event)) this.#passing.push(event.raw);
  }

  document(bytes: Buffer): void {
    readWhole(bytes, this.facts);
  }

  #handOn(): Buffer {
    if (this.#passing.length === 0) return EMPTY;
    const passing = this.#passing;
    this.#passing = [];
    const [only] = passing;
    return only !== undefined && passing.length === 1 ? only : Buffer.concat(passing);
  }
}

const isUsageAlone = ({ body }: StreamEvent): boolean =>
  body?.["usage"] != null && Array.isArray(body["choices"]) && body["choices"].length === 0;
