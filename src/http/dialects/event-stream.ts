import { SseSplitter } from "../../kit/sse-splitter.ts";
import type { SseEvent } from "../../kit/sse-splitter.ts";
import type { AnswerFacts } from "../../ports/dialect.ts";
import { isRecord } from "./is-record.ts";

const BLANK_LINE = Buffer.from("\n\n");
/** The sentinel after the last event of OpenAI's streams. */
const DONE = "[DONE]";

/** A document instead of a stream is read this far to find its error, bytes. */
const DOCUMENT_BYTES = 64 * 1024;
const NOT_A_STREAM = "it is one document where a stream was asked for";

/** One whole event of a streamed answer. */
export interface StreamEvent {
  /** The bytes it came in. */
  readonly raw: Buffer;
  /** The type in its `event` line, or `null`. */
  readonly event: string | null;
  /** Its data; `null` for comments, pings and the sentinel. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** Whether it is the sentinel `[DONE]`. */
  readonly isDone: boolean;
}

/** Where faults are noted; the first one stays. */
export interface Faults {
  readonly fault: AnswerFacts["fault"];
  fail(code: "provider_error" | "provider_bad_answer", reason: string): void;
}

/** Who reads a stream. After a fault it hears nothing more. */
export interface StreamListener {
  readonly faults: Faults;
  event(event: StreamEvent): void;
  /** One document came where a stream was asked for: what error it tells goes to the faults. */
  document(bytes: Buffer): void;
}

/**
 * Cuts an answer into its events and reads their data. What is no stream (a web page, one document, anything
 * else) is a fault, and so is an event whose data is no JSON object; it is never given out.
 */
export class EventStream {
  readonly #listener: StreamListener;
  readonly #splitter: SseSplitter;
  /** What the first byte that is no space says of the whole. */
  #kind: "unknown" | "stream" | "document" = "unknown";
  readonly #document: Buffer[] = [];
  #documentBytes = 0;

  /** `maxEventBytes` is the largest event, for those that carry images; absent is the splitter's own bound. */
  constructor(listener: StreamListener, maxEventBytes?: number) {
    this.#splitter = new SseSplitter(maxEventBytes);
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    const { faults } = this.#listener;
    if (faults.fault !== null) return;
    if (this.#kind === "unknown") this.#recognise(chunk);
    if (this.#kind === "document") return this.#keepDocument(chunk);
    if (faults.fault === null) this.#tell(this.#split(chunk));
  }

  end(): void {
    if (this.#listener.faults.fault !== null) return;
    if (this.#kind === "document") return this.#judgeDocument();
    const tail = this.#kind === "stream" ? this.#splitter.tail() : null;
    if (tail !== null && tail.length > 0) this.#lastEvent(tail);
  }

  #recognise(chunk: Buffer): void {
    const first = firstByte(chunk);
    if (first === null) return;
    if (first === "{" || first === "[") this.#kind = "document";
    else if (":deir".includes(first)) this.#kind = "stream";
    else this.#bad(first === "<" ? "it is a web page" : "it is not an event stream");
  }

  #split(chunk: Buffer): readonly SseEvent[] {
    try {
      return this.#splitter.push(chunk);
    } catch {
      this.#bad("an event of its stream is too large");
      return [];
    }
  }

  #tell(events: readonly SseEvent[]): void {
    for (const { raw, event, data } of events) {
      const isDone = data !== null && data.trimEnd() === DONE;
      const body = data === null || isDone ? null : parsed(data);
      if (body !== null && !isRecord(body)) return this.#bad("an event of its stream is not a JSON object");
      this.#listener.event({ raw, event, body, isDone });
      if (this.#listener.faults.fault !== null) return;
    }
  }

  /** Some providers leave out the blank line at the end: a last event that is whole still counts. */
  #lastEvent(tail: Buffer): void {
    const [event] = this.#split(BLANK_LINE);
    const isWhole = event?.data != null && (event.data.trimEnd() === DONE || isRecord(parsed(event.data)));
    if (isWhole) this.#tell([{ ...event, raw: tail }]);
  }

  #keepDocument(chunk: Buffer): void {
    this.#document.push(chunk);
    this.#documentBytes += chunk.length;
    if (this.#documentBytes > DOCUMENT_BYTES) this.#bad(NOT_A_STREAM);
  }

  #judgeDocument(): void {
    this.#listener.document(Buffer.concat(this.#document));
    this.#bad(NOT_A_STREAM);
  }

  #bad(reason: string): void {
    this.#listener.faults.fail("provider_bad_answer", reason);
  }
}

/** What is no JSON is no object either. */
function parsed(data: string): unknown {
  try {
    return JSON.parse(data) ?? "null";
  } catch {
    return "";
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
