import { wholeNumberIn } from "../../../../kit/whole-number.ts";
import { TransportFailure } from "../transport-failure.ts";

/** Where a body ends: after so many bytes, with its last chunk, or with the connection. */
export type BodyEnd = number | "last chunk" | "close";

/** The head of an answer. */
export interface ResponseHead {
  readonly status: number;
  /** Names and values in turn as they came; names in lower case, values as Latin-1. */
  readonly headers: readonly string[];
  readonly bodyEnd: BodyEnd;
  /** Whether the connection may carry another request after this answer. */
  readonly keepsOpen: boolean;
  /** How long the provider keeps an idle connection, seconds, where it says so. */
  readonly idleSeconds: number | null;
}

/** More is no answer of an API; the head as a whole is bounded too. */
const MOST_HEADERS = 256;

const STATUS_LINE = /HTTP\/1\.[01] [1-9]\d\d(?: [\t\u0020-\u007e\u0080-\u00ff]*)?\r\n/y;
const HEADER_LINES = /(?:[\w!#$%&'*+.^`|~-]+:[\t\u0020-\u007e\u0080-\u00ff]*\r\n)*$/y;
/** Of a length: no more than a number holds exactly. */
const MOST_DIGITS = 15;
const IDLE_SECONDS = /(?:^|[,\s])timeout=(\d{1,6})(?:$|[,\s])/i;

/** The head in `text`: Latin-1, each line with its end, without the empty one. Throws `TransportFailure` for what breaks HTTP/1.1. */
export function readResponseHead(text: string): ResponseHead {
  STATUS_LINE.lastIndex = 0;
  if (!STATUS_LINE.test(text)) throw breach("a status line that is none");
  const headers = readHeaders(text, STATUS_LINE.lastIndex);
  return framed(Number(text.slice(9, 12)), headers, text[7] === "1");
}

/** Header lines from `start` to the end of `text`, as a flat list. Throws `TransportFailure`. */
export function readHeaders(text: string, start: number): string[] {
  HEADER_LINES.lastIndex = start;
  if (!HEADER_LINES.test(text)) throw breach("a header line that is none");
  const headers: string[] = [];
  for (let at = start; at < text.length;) {
    if (headers.length >= 2 * MOST_HEADERS) throw new TransportFailure("ROLLWARD_HEAD_TOO_LARGE", "too many headers");
    const colon = text.indexOf(":", at);
    const end = text.indexOf("\r\n", colon);
    headers.push(text.slice(at, colon).toLowerCase(), withoutBlanks(text, colon + 1, end));
    at = end + 2;
  }
  return headers;
}

/** `trim` would also take characters that HTTP does not call blank. */
function withoutBlanks(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (start < end && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** What the headers say of the body's end and of the connection (RFC 9112, 6 and 9.3), where it can have one meaning only. */
function framed(status: number, headers: readonly string[], isHttp11: boolean): ResponseHead {
  let length: number | null = null;
  let isChunked = false;
  let connection = "";
  let keepAlive = "";
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] ?? "";
    switch (headers[index]) {
      case "content-length":
        if (length !== null) throw breach("two lengths");
        length = wholeNumberIn(value, MOST_DIGITS);
        if (length === null) throw breach("a length that is none");
        break;
      case "transfer-encoding":
        if (isChunked || value.toLowerCase() !== "chunked") throw breach("another transfer coding than chunks");
        isChunked = true;
        break;
      case "connection":
        connection += `,${value.toLowerCase()}`;
        break;
      case "keep-alive":
        keepAlive += `,${value}`;
        break;
      default:
    }
  }
  if (isChunked && length !== null) throw breach("a length and chunks");
  const hasBody = status >= 200 && status !== 204 && status !== 304;
  const bodyEnd = hasBody ? (isChunked ? "last chunk" : (length ?? "close")) : 0;
  const saysMore = hasBody ? bodyEnd === "close" || (isChunked && !isHttp11) : isChunked || (length ?? 0) > 0;
  const options = connection === "" ? NONE : connection.split(",").map((option) => option.trim());
  const keepsOpen = !saysMore && !options.includes("close") && (isHttp11 || options.includes("keep-alive"));
  const idle = keepAlive === "" ? null : IDLE_SECONDS.exec(keepAlive);
  return { status, headers, bodyEnd, keepsOpen, idleSeconds: idle === null ? null : Number(idle[1]) };
}

const NONE: readonly string[] = [];

const breach = (what: string): TransportFailure => new TransportFailure("ROLLWARD_NO_HTTP", `The answer has ${what}.`);
