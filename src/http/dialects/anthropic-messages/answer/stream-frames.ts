import { SseSplitter } from "../../../../kit/sse-splitter.ts";
import type { SseEvent } from "../../../../kit/sse-splitter.ts";
import { isRecord } from "../../is-record.ts";
import { errorWords } from "./error-words.ts";
import type { GatheredFacts } from "./gathered-facts.ts";

const BLANK_LINE = Buffer.from("\n\n");

/** A document instead of a stream is read this far to find its error, bytes. */
const DOCUMENT_BYTES = 64 * 1024;

const NOT_A_STREAM = "it is one document where a stream was asked for";

/** One event of a stream: its bytes as they came, and its data parsed; `null` where it has none. */
export interface Frame {
  readonly raw: Buffer;
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** Cuts a stream of the Messages API into its events. What is no such stream becomes a fault, and an event that is no JSON object is never given out. */
export class StreamFrames {
  readonly #fault: Pick<GatheredFacts, "fault" | "fail">;
  readonly #splitter = new SseSplitter();
  /** What the first byte that is no space says of the whole. */
  #kind: "unknown" | "stream" | "document" = "unknown";
  readonly #document: Buffer[] = [];
  #documentBytes = 0;

  constructor(fault: Pick<GatheredFacts, "fault" | "fail">) {
    this.#fault = fault;
  }

  /** The events that end with this chunk. */
  push(chunk: Buffer): readonly Frame[] {
    if (this.#fault.fault !== null) return [];
    if (this.#kind === "unknown") this.#recognise(chunk);
    if (this.#kind === "document") this.#keepDocument(chunk);
    return this.#kind === "stream" ? this.#framesOf(this.#split(chunk)) : [];
  }

  /** Some servers leave out the blank line at the end: a last event that is whole still counts. */
  end(): readonly Frame[] {
    if (this.#fault.fault !== null) return [];
    if (this.#kind === "document") this.#judgeDocument();
    const tail = this.#kind === "stream" ? this.#splitter.tail() : null;
    if (tail === null || tail.length === 0) return [];
    const [event] = this.#split(BLANK_LINE);
    const body = event?.data == null ? null : parsed(event.data);
    return isRecord(body) ? [{ raw: tail, body }] : [];
  }

  #recognise(chunk: Buffer): void {
    const first = firstByte(chunk);
    if (first === null) return;
    if (first === "<") this.#fault.fail("provider_bad_answer", "it is a web page");
    else if (first === "{" || first === "[") this.#kind = "document";
    else if (":deir".includes(first)) this.#kind = "stream";
    else this.#fault.fail("provider_bad_answer", "it is not an event stream");
  }

  #split(chunk: Buffer): readonly SseEvent[] {
    try {
      return this.#splitter.push(chunk);
    } catch {
      this.#fault.fail("provider_bad_answer", "an event of its stream is too large");
      return [];
    }
  }

  #framesOf(events: readonly SseEvent[]): readonly Frame[] {
    const frames: Frame[] = [];
    for (const { raw, data } of events) {
      const body = data === null ? null : parsed(data);
      if (data !== null && !isRecord(body)) {
        this.#fault.fail("provider_bad_answer", "an event of its stream is not a JSON object");
        break;
      }
      frames.push({ raw, body: isRecord(body) ? body : null });
    }
    return frames;
  }

  #keepDocument(chunk: Buffer): void {
    this.#document.push(chunk);
    this.#documentBytes += chunk.length;
    if (this.#documentBytes > DOCUMENT_BYTES) this.#fault.fail("provider_bad_answer", NOT_A_STREAM);
  }

  #judgeDocument(): void {
    const body = parsed(Buffer.concat(this.#document).toString());
    if (isRecord(body) && body["error"] != null) this.#fault.fail("provider_error", errorWords(body["error"]));
    this.#fault.fail("provider_bad_answer", NOT_A_STREAM);
  }
}

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
