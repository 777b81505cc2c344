/** What has been read of one response. */
export interface ReadResponse {
  readonly status: number;
  /** Server-sent events in the body. */
  readonly events: number;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const EVENT = Buffer.from("data:");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/**
 * Reads HTTP/1.1 responses off one keep-alive connection as cheaply as it can be done: the generator must
 * not be what is measured. Knows content lengths and chunked bodies whose last chunk ends the read.
 */
export class ResponseReader {
  #pending: Buffer = Buffer.alloc(0);
  #status = 0;
  #events = 0;
  #left = -1;
  #isChunked = false;
  #inBody = false;
  #tail: Buffer = Buffer.alloc(0);

  /** Takes bytes; returns the response when it is complete. `sawEvent` tells whether an event has begun. */
  push(chunk: Buffer): ReadResponse | null {
    let body = chunk;
    if (!this.#inBody) {
      this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
      const end = this.#pending.indexOf(HEAD_END);
      if (end < 0) return null;
      this.#readHead(this.#pending.toString("latin1", 0, end));
      body = this.#pending.subarray(end + HEAD_END.length);
      this.#pending = Buffer.alloc(0);
      this.#inBody = true;
    }
    return this.#readBody(body);
  }

  get sawEvent(): boolean {
    return this.#events > 0;
  }

  #readHead(head: string): void {
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    this.#isChunked = length === null;
    this.#left = length === null ? -1 : Number(length[1]);
  }

  #readBody(body: Buffer): ReadResponse | null {
    for (let at = body.indexOf(EVENT); at >= 0; at = body.indexOf(EVENT, at + 5)) this.#events += 1;
    if (this.#isChunked) {
      this.#tail = Buffer.concat([this.#tail, body.subarray(-8)]).subarray(-8);
      return this.#tail.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK) ? this.#finish() : null;
    }
    this.#left -= body.length;
    return this.#left <= 0 ? this.#finish() : null;
  }

  #finish(): ReadResponse {
    const response = { status: this.#status, events: this.#events };
    this.#inBody = false;
    this.#events = 0;
    this.#tail = Buffer.alloc(0);
    return response;
  }
}
