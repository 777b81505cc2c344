/** One event of a stream. */
export interface SseEvent {
  /** With the blank line that ends it, exactly as received. */
  readonly raw: Buffer;
  /** The data lines joined with line feeds; `null` where there is none, as in comments and pings. */
  readonly data: string | null;
  /** The event's type; `null` where it is not given or empty. */
  readonly event: string | null;
}

/** An event grew beyond the bound. The stream cannot be read on. */
export class SseEventTooLarge extends Error {
  override readonly name = "SseEventTooLarge";
  /** Those that ended before it in the same chunk. */
  readonly events: readonly SseEvent[];

  constructor(maxEventBytes: number, events: readonly SseEvent[]) {
    super(`An event of the stream is larger than ${maxEventBytes} bytes.`);
    this.events = events;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const DEFAULT_MAX_EVENT_BYTES = 1024 * 1024;
const NOTHING = Buffer.alloc(0);
/** First size of the buffer for an event that comes in pieces; it doubles as needed. */
const FIRST_HELD_BYTES = 512;

/**
 * Where the reader stands: at the beginning of a line, within one, after a CR to which a LF may belong, or
 * after a blank line that ended with such a CR.
 */
type Place = "line-start" | "line" | "after-cr" | "after-blank-cr";

/**
 * Cuts server-sent events out of bytes that come in any pieces (WHATWG HTML, section 9.2.5): lines end with LF,
 * CRLF or CR, a blank line ends an event, a byte order mark may come first. The events do not depend on how
 * the bytes were cut, so one whose blank line ends with CR is given out only with the byte after it: that may
 * be a LF, which then belongs to it. An event within one chunk is a view of it, not a copy.
 */
export class SseSplitter {
  readonly #maxEventBytes: number;
  #place: Place = "line-start";
  /** Bytes of a byte order mark read; -1 when the time for one is over. */
  #markBytes = 0;
  /** Bytes of the mark before the event under way. */
  #skip = 0;
  /** What earlier chunks brought of the event under way. */
  #held: Buffer = NOTHING;
  #heldBytes = 0;
  #isTooLarge = false;

  constructor(maxEventBytes: number = DEFAULT_MAX_EVENT_BYTES) {
    this.#maxEventBytes = maxEventBytes;
  }

  /** The events that end with this chunk. Throws SseEventTooLarge, then and ever after. */
  push(chunk: Buffer): readonly SseEvent[] {
    const events: SseEvent[] = [];
    const lines = new LineEnds(chunk);
    let start = 0;
    let at = this.#markBytes < 0 ? 0 : this.#readMark(chunk);
    while (at < chunk.length) {
      if (this.#place === "line") {
        const end = lines.endOf(at);
        if (end < chunk.length) this.#place = chunk[end] === CR ? "after-cr" : "line-start";
        at = end + 1;
        continue;
      }
      const byte = chunk[at];
      const isBlankLine = this.#place === "after-blank-cr" || (this.#place === "line-start" && byte === LF);
      if (byte === LF) at += 1;
      if (isBlankLine) {
        this.#checkSize(at - start, events);
        events.push(this.#finish(chunk, start, at));
        start = at;
      } else if (byte !== LF) at += 1;
      this.#place = isBlankLine || byte === LF ? "line-start" : byte === CR ? "after-blank-cr" : "line";
    }
    this.#checkSize(chunk.length - start, events);
    if (start < chunk.length) this.#hold(chunk, start, chunk.length);
    return events;
  }

  /** What has come of an event that has not ended. */
  tail(): Buffer {
    return Buffer.from(this.#held.subarray(0, this.#heldBytes));
  }

  /** Past as much of a byte order mark as the chunk begins with, or goes on with. */
  #readMark(chunk: Buffer): number {
    for (let at = 0; at < chunk.length; at += 1) {
      if (chunk[at] !== BYTE_ORDER_MARK[this.#markBytes]) {
        // A part of a mark is text like any other.
        if (this.#markBytes > 0) this.#place = "line";
        this.#markBytes = -1;
        return at;
      }
      this.#markBytes += 1;
      if (this.#markBytes === BYTE_ORDER_MARK.length) {
        this.#markBytes = -1;
        this.#skip = BYTE_ORDER_MARK.length;
        return at + 1;
      }
    }
    return chunk.length;
  }

  #checkSize(bytes: number, events: readonly SseEvent[]): void {
    this.#isTooLarge ||= this.#heldBytes + bytes > this.#maxEventBytes;
    if (this.#isTooLarge) throw new SseEventTooLarge(this.#maxEventBytes, events);
  }

  #finish(chunk: Buffer, start: number, end: number): SseEvent {
    const skip = this.#skip;
    this.#skip = 0;
    if (this.#heldBytes === 0) return parseEvent(chunk.subarray(start, end), skip);
    this.#hold(chunk, start, end);
    const raw = this.#held.subarray(0, this.#heldBytes);
    // The event keeps the buffer.
    this.#held = NOTHING;
    this.#heldBytes = 0;
    return parseEvent(raw, skip);
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    const bytes = this.#heldBytes + end - start;
    if (bytes > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(bytes, this.#held.length * 2, FIRST_HELD_BYTES));
      this.#held.copy(larger, 0, 0, this.#heldBytes);
      this.#held = larger;
    }
    chunk.copy(this.#held, this.#heldBytes, start, end);
    this.#heldBytes = bytes;
  }
}

/** Finds the ends of a chunk's lines in time linear in its bytes: neither search goes over a byte twice. */
class LineEnds {
  readonly #chunk: Buffer;
  #lf = -1;
  #cr = -1;

  constructor(chunk: Buffer) {
    this.#chunk = chunk;
  }

  /** Position of the first LF or CR at or after `at`; the chunk's length when there is none. */
  endOf(at: number): number {
    if (this.#lf < at) this.#lf = this.#find(LF, at);
    if (this.#cr < at) this.#cr = this.#find(CR, at);
    return Math.min(this.#lf, this.#cr);
  }

  #find(byte: number, from: number): number {
    const found = this.#chunk.indexOf(byte, from);
    return found < 0 ? this.#chunk.length : found;
  }
}

/** Reads the fields of a whole event, which begin after `skip` bytes. */
function parseEvent(raw: Buffer, skip: number): SseEvent {
  const text = raw.toString("utf8", skip);
  let data: string | null = null;
  let event: string | null = null;
  let lf = -1;
  let cr = -1;
  for (let start = 0; start < text.length; start = Math.min(lf, cr) + 1) {
    if (lf < start) lf = positionOf(text, "\n", start);
    if (cr < start) cr = positionOf(text, "\r", start);
    const end = Math.min(lf, cr);
    if (text.startsWith("data", start)) {
      const value = valueAt(text, start + 4, end);
      if (value !== null) data = data === null ? value : `${data}\n${value}`;
    } else if (text.startsWith("event", start)) {
      event = valueAt(text, start + 5, end) ?? event;
    }
  }
  return { raw, data, event: event === "" ? null : event };
}

function positionOf(text: string, end: string, from: number): number {
  const found = text.indexOf(end, from);
  return found < 0 ? text.length : found;
}

/** The value after a field's name, which ends at `colon` if it is this field; `null` if its name goes on. */
function valueAt(text: string, colon: number, end: number): string | null {
  if (colon === end) return "";
  if (text[colon] !== ":") return null;
  return text.slice(text[colon + 1] === " " ? colon + 2 : colon + 1, end);
}
