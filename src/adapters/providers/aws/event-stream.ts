import { crc32 } from "node:zlib";

/** One message of an AWS event stream. Headers that are no text are left out. */
export interface EventStreamMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

/** Lengths and checksum that a message begins with. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** AWS's own bounds are 24 MiB and 128 KiB; what exceeds them is no message. */
const MOST_BYTES = 24 * 1024 * 1024;
const MOST_HEADER_BYTES = 128 * 1024;

const TEXT_TYPE = 7;
/** Bytes of a header's value by its type; two booleans, byte, short, int, long, instant, UUID. */
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 2],
  [4, 4],
  [5, 8],
  [8, 8],
  [9, 16],
]);
const BYTES_TYPE = 6;

/** Bytes that are no event stream. */
export class BrokenEventStream extends Error {}

/**
 * Cuts `application/vnd.amazon.eventstream` into messages, however the bytes are cut. Checksums are checked.
 * Throws `BrokenEventStream`.
 */
export class EventStreamDecoder {
  #waiting: Buffer = Buffer.alloc(0);

  /** Whether all bytes have become messages. */
  get isClean(): boolean {
    return this.#waiting.length === 0;
  }

  push(chunk: Buffer): readonly EventStreamMessage[] {
    let rest = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    const messages: EventStreamMessage[] = [];
    for (let length = lengthOf(rest); length !== null && rest.length >= length; length = lengthOf(rest)) {
      messages.push(messageOf(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
    this.#waiting = rest;
    return messages;
  }
}

/** Length of the message that the bytes begin with; `null` before its prelude is there. */
function lengthOf(bytes: Buffer): number | null {
  if (bytes.length < PRELUDE_BYTES) return null;
  const length = bytes.readUInt32BE(0);
  const headers = bytes.readUInt32BE(4);
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw new BrokenEventStream("a prelude is damaged");
  const isPlausible =
    length <= MOST_BYTES && headers <= MOST_HEADER_BYTES && length >= PRELUDE_BYTES + headers + CHECKSUM_BYTES;
  if (!isPlausible) throw new BrokenEventStream("a message has an impossible length");
  return length;
}

function messageOf(bytes: Buffer): EventStreamMessage {
  const end = bytes.length - CHECKSUM_BYTES;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw new BrokenEventStream("a message is damaged");
  const headersEnd = PRELUDE_BYTES + bytes.readUInt32BE(4);
  return { headers: headersOf(bytes.subarray(PRELUDE_BYTES, headersEnd)), payload: bytes.subarray(headersEnd, end) };
}

function headersOf(bytes: Buffer): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  let at = 0;
  try {
    while (at < bytes.length) {
      const nameEnd = at + 1 + bytes.readUInt8(at);
      const name = bytes.toString("utf8", at + 1, nameEnd);
      const type = bytes.readUInt8(nameEnd);
      const isLong = type === TEXT_TYPE || type === BYTES_TYPE;
      const start = nameEnd + (isLong ? 3 : 1);
      const length = isLong ? bytes.readUInt16BE(nameEnd + 1) : FIXED_BYTES.get(type);
      if (length === undefined || start + length > bytes.length) throw new BrokenEventStream("a header is damaged");
      if (type === TEXT_TYPE) headers[name] = bytes.toString("utf8", start, start + length);
      at = start + length;
    }
  } catch {
    throw new BrokenEventStream("a header is damaged");
  }
  return headers;
}
