import type { Units } from "../../../domain/call/units.ts";
import type { AnswerReader } from "../../../ports/dialect.ts";
import { EventStream } from "../event-stream.ts";
import type { StreamEvent, StreamListener } from "../event-stream.ts";
import { HeldDocument, objectIn } from "../held-document.ts";
import { isRecord } from "../is-record.ts";
import { errorWords } from "../openai-chat/error-words.ts";
import { GatheredFacts } from "../openai-chat/gathered-facts.ts";
import { usageOf } from "../openai-responses/answer/usage-of.ts";
import type { Operation } from "./operation.ts";

const EMPTY = Buffer.alloc(0);
/** Largest event, bytes: it carries a whole image. */
const EVENT_BYTES = 32 * 1024 * 1024;

/** A month of sound; what says more says nothing. */
const MOST_SECONDS = 31 * 24 * 3_600;

/** The facts of an answer that is not counted in tokens alone. */
class PassFacts extends GatheredFacts {
  units: Units | null = null;
}

/** What is known of the request whose answer is read. */
export interface PassTerms {
  readonly operation: Pick<Operation, "answer" | "unit">;
  /** Characters to be spoken; `null` where nothing is. */
  readonly characters: number | null;
}

/** Reads an answer as it passes, by its content type: a document, events, or bytes such as sound. */
export class PassReader implements AnswerReader, StreamListener {
  readonly facts = new PassFacts();
  readonly #terms: PassTerms;
  readonly #document = new HeldDocument(this.facts);
  readonly #stream = new EventStream(this, EVENT_BYTES);
  #form: "document" | "events" | "bytes" = "bytes";
  #passing: Buffer[] = [];

  constructor(terms: PassTerms) {
    this.#terms = terms;
    if (terms.characters !== null) this.#count(terms.characters);
  }

  get faults(): PassFacts {
    return this.facts;
  }

  head(contentType: string): void {
    const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
    const { answer } = this.#terms.operation;
    if (answer === "bytes") return;
    if (type === "text/event-stream") this.#form = "events";
    else if (type === "application/json" || answer === "document") this.#form = "document";
    else if (type === "text/html") this.facts.fail("provider_bad_answer", "it is a web page");
  }

  push(chunk: Buffer): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    if (this.#form === "document") {
      this.#document.push(chunk);
      return EMPTY;
    }
    if (this.#form === "events") {
      this.#stream.push(chunk);
      return this.#handOn();
    }
    this.facts.begun = true;
    this.facts.piece();
    return chunk;
  }

  end(): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    if (this.#form === "events") {
      this.#stream.end();
      return this.#handOn();
    }
    this.facts.begun = true;
    this.facts.finishReason = "stop";
    if (this.#form === "bytes") return EMPTY;
    const bytes = this.#document.end();
    this.document(bytes);
    return this.facts.fault === null ? bytes : EMPTY;
  }

  event({ body, raw, isDone }: StreamEvent): void {
    if (body !== null) this.#observe(body);
    if (isDone || isLast(body?.["type"])) this.facts.finishReason = "stop";
    if (this.facts.fault !== null) return;
    if (body !== null) {
      this.facts.begun = true;
      this.facts.piece();
    }
    this.#passing.push(raw);
  }

  document(bytes: Buffer): void {
    const body = objectIn(bytes, this.facts);
    if (body !== null) this.#observe(body);
  }

  #observe(body: Readonly<Record<string, unknown>>): void {
    const { error, usage, data, model, duration, type } = body;
    if (error != null || type === "error") return this.facts.fail("provider_error", errorWords(error ?? body));
    if (typeof model === "string" && model !== "") this.facts.model = model;
    this.facts.usage = usageOf(usage) ?? this.facts.usage;
    const { unit } = this.#terms.operation;
    if (unit === "image" && Array.isArray(data)) this.#count(data.length);
    if (unit === "image" && isLast(type)) this.#count((this.facts.units?.count ?? 0) + 1);
    const seconds = isRecord(usage) && usage["type"] === "duration" ? usage["seconds"] : duration;
    if (unit === "second" && typeof seconds === "number" && seconds >= 0 && seconds <= MOST_SECONDS)
      this.#count(seconds);
  }

  #count(count: number): void {
    const { unit } = this.#terms.operation;
    if (unit !== null) this.facts.units = { unit, count };
  }

  #handOn(): Buffer {
    const passing = this.#passing;
    this.#passing = [];
    return passing.length === 1 ? (passing[0] ?? EMPTY) : Buffer.concat(passing);
  }
}

/** `image_generation.completed`, `speech.audio.done`, `transcript.text.done`. */
const isLast = (type: unknown): boolean =>
  typeof type === "string" && (type.endsWith(".completed") || type.endsWith(".done"));
