/** One HTTP request, whole. Header names are lower-case. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the connection may carry another request afterwards. */
  readonly keepAlive: boolean;
}

/** Why a request cannot be read; the connection is of no use afterwards. */
export interface Unreadable {
  readonly status: string;
  readonly reason: string;
}

interface Head {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly length: number;
  readonly keepAlive: boolean;
}

const MOST_HEAD_BYTES = 32 * 1024;
const MOST_BODY_BYTES = 64 * 1024 * 1024;
const HEAD_END = Buffer.from("\r\n\r\n");
const NOTHING = Buffer.alloc(0);

/**
 * Reads HTTP/1.1 requests off a connection (RFC 9112) in any chunking: bodies with a Content-Length only,
 * one request after the other. A whole request in one chunk is not copied.
 */
export class RequestReader {
  #chunks: Buffer[] = [];
  #bytes = 0;
  #head: Head | null = null;
  #saidContinue = false;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next whole request; `null` while more bytes are needed. */
  next(): HttpRequest | Unreadable | null {
    if (this.#head === null) {
      const read = this.#readHead();
      if (read === null || "status" in read) return read;
      this.#head = read;
    }
    const { method, path, headers, length, keepAlive } = this.#head;
    if (this.#bytes < length) return null;
    const all = this.#joined();
    this.#head = null;
    this.#keep(all.subarray(length));
    return { method, path, headers, body: all.subarray(0, length), keepAlive };
  }

  /** Whether the client waits for leave to send its body; true once for each request. */
  takeContinue(): boolean {
    if (this.#head?.headers["expect"]?.toLowerCase() !== "100-continue" || this.#saidContinue) return false;
    this.#saidContinue = true;
    return true;
  }

  #readHead(): Head | Unreadable | null {
    if (this.#bytes === 0) return null;
    const all = this.#joined();
    const end = all.indexOf(HEAD_END);
    if (end > MOST_HEAD_BYTES || (end < 0 && all.length > MOST_HEAD_BYTES)) {
      return { status: "431 Request Header Fields Too Large", reason: "the headers are too large" };
    }
    if (end < 0) return null;
    this.#keep(all.subarray(end + HEAD_END.length));
    this.#saidContinue = false;
    return parseHead(all.toString("latin1", 0, end));
  }

  #joined(): Buffer {
    const [only = NOTHING] = this.#chunks;
    if (this.#chunks.length <= 1) return only;
    const all = Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [all];
    return all;
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#bytes = rest.length;
  }
}

const REQUEST_LINE = /^([A-Z]{1,16}) (\/[\u0021-\u007e]{0,2000}) HTTP\/1\.1$/;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function parseHead(text: string): Head | Unreadable {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const line = REQUEST_LINE.exec(requestLine);
  if (line === null) return bad("the request line is not one of HTTP/1.1");
  const headers: Record<string, string> = {};
  for (const header of lines) {
    const colon = header.indexOf(":");
    const name = header.slice(0, Math.max(colon, 0));
    if (!NAME.test(name)) return bad("a header is malformed");
    const key = name.toLowerCase();
    if (key === "content-length" && headers[key] !== undefined) return bad("there are two lengths");
    headers[key] = header.slice(colon + 1).trim();
  }
  return headOf(line, headers);
}

function headOf(line: RegExpExecArray, headers: Readonly<Record<string, string>>): Head | Unreadable {
  const { "content-length": given = "0", connection = "" } = headers;
  if (headers["transfer-encoding"] !== undefined)
    return { status: "411 Length Required", reason: "send a Content-Length" };
  if (!/^\d{1,10}$/.test(given)) return bad("the length is malformed");
  const length = Number(given);
  if (length > MOST_BODY_BYTES) return { status: "413 Content Too Large", reason: "the body is too large" };
  const [, method = "", path = ""] = line;
  return { method, path, headers, length, keepAlive: !/(?:^|[ ,])close(?:$|[ ,])/i.test(connection) };
}

const bad = (reason: string): Unreadable => ({ status: "400 Bad Request", reason });
