/** One event of a stream. `raw` ends with its blank line, exactly as received. */
export interface SseEvent {
  readonly raw: Buffer;
  /** Data lines joined with a line feed; `null` for comments and pings. */
  readonly data: string | null;
  readonly event: string | null;
}

/** An event grew beyond the bound. */
export class SseEventTooLarge extends Error {}

const LF = 0x0a;
const CR = 0x0d;
const DEFAULT_MAX_EVENT_BYTES = 1024 * 1024;

/**
 * Cuts server-sent events out of bytes that come in any pieces (WHATWG HTML, section 9.2): lines end with
 * LF, CRLF or CR, an event ends with an empty line.
 */
export class SseSplitter {
  readonly #maxEventBytes: number;
  /** Pieces of the event under way that came in earlier chunks. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  /** Whether nothing but a line end has come since the last line end. */
  #lineIsEmpty = true;
  #lastWasCr = false;
  /** The blank line ended with CR: a LF that follows belongs to it. */
  #endsWithCr = false;

  constructor(maxEventBytes: number = DEFAULT_MAX_EVENT_BYTES) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** The events that are complete with this chunk. Throws SseEventTooLarge. */
  push(chunk: Buffer): readonly SseEvent[] {
    const events: SseEvent[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const end = this.#step(chunk[at] ?? 0, at);
      if (end === null) continue;
      if (end > start || this.#pieceBytes > 0) events.push(this.#finish(chunk.subarray(start, end)));
      start = end;
    }
    if (this.#endsWithCr && start < chunk.length) {
      // Whether the event is over is known only with the next byte.
      this.#keep(chunk.subarray(start));
    } else if (start < chunk.length) this.#keep(chunk.subarray(start));
    return events;
  }

  /** What has come of an event that is not complete. */
  tail(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Looks at one byte; returns the offset at which an event ends, if one does. */
  #step(byte: number, at: number): number | null {
    if (this.#endsWithCr) {
      this.#endsWithCr = false;
      this.#lineIsEmpty = true;
      if (byte === LF) {
        this.#lastWasCr = false;
        return at + 1;
      }
      // A bare CR ended the event before this byte, which begins the next one.
      this.#lastWasCr = byte === CR;
      this.#lineIsEmpty = byte === CR;
      return at;
    }
    if (byte === LF) {
      const endsCrLf = this.#lastWasCr;
      this.#lastWasCr = false;
      if (endsCrLf) return null;
      if (this.#lineIsEmpty) return at + 1;
      this.#lineIsEmpty = true;
      return null;
    }
    if (byte === CR) {
      if (this.#lineIsEmpty) this.#endsWithCr = true;
      this.#lineIsEmpty = true;
      this.#lastWasCr = true;
      return null;
    }
    this.#lastWasCr = false;
    this.#lineIsEmpty = false;
    return null;
  }

  #keep(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    if (this.#pieceBytes > this.#maxEventBytes) throw new SseEventTooLarge("An event of the stream is too large.");
  }

  #finish(last: Buffer): SseEvent {
    const raw = this.#pieceBytes === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#pieceBytes = 0;
    if (raw.length > this.#maxEventBytes) throw new SseEventTooLarge("An event of the stream is too large.");
    return parseEvent(raw);
  }
}

function parseEvent(raw: Buffer): SseEvent {
  const text = raw.toString("utf8");
  // The common case: one data line and nothing else.
  if (text.startsWith("data: ") && text.indexOf("\n") === text.length - 2 && !text.includes("\r")) {
    return { raw, data: text.slice(6, -2), event: null };
  }
  let data: string | null = null;
  let event: string | null = null;
  for (const line of text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") data = data === null ? value : `${data}\n${value}`;
    else if (field === "event") event = value;
  }
  return { raw, data, event };
}
