import { SseSplitter } from "../../../kit/sse-splitter.ts";
import type { SseEvent } from "../../../kit/sse-splitter.ts";
import type { AnswerForm, AnswerReader } from "../../../ports/dialect.ts";
import { AnswerObserver } from "./answer-observer.ts";
import { errorWords } from "./error-words.ts";
import { GatheredFacts } from "./gathered-facts.ts";
import { isRecord } from "../is-record.ts";
import { readWhole } from "./read-whole.ts";

const EMPTY = Buffer.alloc(0);
/** The sentinel after the last event. */
const DONE = "[DONE]";
const BLANK_LINE = Buffer.from("\n\n");

/** A document instead of a stream is read this far to find its error, bytes. */
const DOCUMENT_BYTES = 64 * 1024;

/**
 * Reads a streamed answer as it passes. Each whole event is handed on with the bytes it came in, except
 * the usage event that only Rollward asked for. A malformed event is never handed on.
 */
export class StreamReader implements AnswerReader {
  readonly facts = new GatheredFacts();
  readonly #observer = new AnswerObserver(this.facts);
  readonly #splitter = new SseSplitter();
  readonly #usageIsAsked: boolean;
  /** What the first byte that is no space says of the whole. */
  #kind: "unknown" | "stream" | "document" = "unknown";
  readonly #document: Buffer[] = [];
  #documentBytes = 0;

  constructor(form: AnswerForm) {
    this.#usageIsAsked = form.usageInStream;
  }

  push(chunk: Buffer): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    if (this.#kind === "unknown") this.#recognise(chunk);
    if (this.#kind === "document") this.#keepDocument(chunk);
    if (this.#kind === "document" || this.facts.fault !== null) return EMPTY;
    return this.#handOn(this.#split(chunk));
  }

  end(): Buffer {
    if (this.facts.fault !== null) return EMPTY;
    if (this.#kind === "document") this.#judgeDocument();
    const tail = this.#kind === "stream" ? this.#splitter.tail() : EMPTY;
    return tail.length === 0 ? EMPTY : this.#lastEvent(tail);
  }

  #recognise(chunk: Buffer): void {
    const first = firstByte(chunk);
    if (first === null) return;
    if (first === "<") this.facts.fail("provider_bad_answer", "it is a web page");
    else if (first === "{" || first === "[") this.#kind = "document";
    else if (":deir".includes(first)) this.#kind = "stream";
    else this.facts.fail("provider_bad_answer", "it is not an event stream");
  }

  #split(chunk: Buffer): readonly SseEvent[] {
    try {
      return this.#splitter.push(chunk);
    } catch {
      this.facts.fail("provider_bad_answer", "an event of its stream is too large");
      return [];
    }
  }

  #handOn(events: readonly SseEvent[]): Buffer {
    const passing: Buffer[] = [];
    for (const event of events) {
      const passes = this.#observe(event);
      if (this.facts.fault !== null) break;
      if (passes) passing.push(event.raw);
    }
    const [only] = passing;
    return only !== undefined && passing.length === 1 ? only : Buffer.concat(passing);
  }

  /** Notes what an event tells and says whether the client gets it. */
  #observe({ data, event }: SseEvent): boolean {
    if (data === null || data.trimEnd() === DONE) return true;
    const body = parsed(data);
    if (!isRecord(body)) {
      this.facts.fail("provider_bad_answer", "an event of its stream is not a JSON object");
      return false;
    }
    if (event === "error" && body["error"] == null) {
      this.facts.fail("provider_error", errorWords(body));
      return false;
    }
    this.#observer.observe(body, "delta");
    const isUsageAlone = body["usage"] != null && Array.isArray(body["choices"]) && body["choices"].length === 0;
    return this.#usageIsAsked || !isUsageAlone;
  }

  /** Some providers leave out the blank line at the end: a last event that is whole still counts. */
  #lastEvent(tail: Buffer): Buffer {
    const [event] = this.#split(BLANK_LINE);
    const isWhole = event?.data != null && (event.data.trimEnd() === DONE || isRecord(parsed(event.data)));
    return isWhole ? this.#handOn([{ ...event, raw: tail }]) : EMPTY;
  }

  #keepDocument(chunk: Buffer): void {
    this.#document.push(chunk);
    this.#documentBytes += chunk.length;
    if (this.#documentBytes > DOCUMENT_BYTES) this.facts.fail("provider_bad_answer", NOT_A_STREAM);
  }

  #judgeDocument(): void {
    readWhole(Buffer.concat(this.#document), this.facts);
    this.facts.fail("provider_bad_answer", NOT_A_STREAM);
  }
}

const NOT_A_STREAM = "it is one document where a stream was asked for";

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

/** The first character that is neither space nor part of a byte order mark; `null` when there is none yet. */
function firstByte(chunk: Buffer): string | null {
  for (const byte of chunk) {
    const isSpaceOrMark = byte <= 0x20 || byte === 0xef || byte === 0xbb || byte === 0xbf;
    if (!isSpaceOrMark) return String.fromCharCode(byte);
  }
  return null;
}
