import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { behindWrites, writeAtEndOfTurn } from "../../kit/end-of-turn.ts";
import { writeMessage } from "../../kit/write-message.ts";
import type { Reply } from "../../ports/reply.ts";
import { answerFormOf } from "../answer-form.ts";
import type { AnswerForm } from "../answer-form.ts";

/** What a reply on a plain connection is told by it. */
export interface PlainReplyTerms {
  readonly socket: Socket;
  /** The lines of every head that say when it was written and what becomes of the connection. */
  readonly lines: () => string;
  /** How long a client may take nothing of an answer, ms. */
  readonly stallMs: number;
  /** All of the answer has left. */
  readonly onEnd: () => void;
}

/** So much of an answer may wait for its client: what a socket of Node's holds by itself. */
const MOST_WAITING_BYTES = 64 * 1024;

const LAST_CHUNK = "0\r\n\r\n";
/** What would end a header's line, or begin another one. */
const NO_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * A reply in HTTP/1.1 on a socket (RFC 9112): a whole answer in one write with its length, a stream in chunks, of which
 * what comes in one turn of the event loop is one.
 */
export class PlainReply implements Reply {
  readonly #terms: PlainReplyTerms;
  #head = "";
  #form: AnswerForm = "whole";
  #held: Buffer[] = [];
  #heldBytes = 0;
  #isPutOff = false;
  #isEnded = false;
  #isOver = false;
  #isClosed = false;
  /** The client reads slower than we write, and `#resume` is to be told when it has read. */
  #isAwaited = false;
  #resume: (() => void) | null = null;
  #stop: (() => void) | null = null;

  constructor(terms: PlainReplyTerms) {
    this.#terms = terms;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n`;
    for (const name in headers) {
      const value = headers[name] ?? "";
      if (NO_VALUE.test(value)) throw new Error(`The header ${name} has a value that cannot be sent.`);
      head += `${name}: ${value}\r\n`;
    }
    this.#form = answerFormOf(headers["content-type"] ?? "");
    this.#head = this.#form === "events" ? `${head}cache-control: no-cache\r\n` : head;
    if (this.#form !== "whole") this.#putOff();
  }

  write(chunk: Buffer): boolean {
    this.#hold(chunk);
    if (this.#form === "whole") return true;
    this.#putOff();
    const { socket } = this.#terms;
    this.#isAwaited ||= this.#heldBytes + socket.writableLength > MOST_WAITING_BYTES;
    return !this.#isAwaited;
  }

  end(chunk?: Buffer): void {
    if (chunk !== undefined) this.#hold(chunk);
    this.#isEnded = true;
    this.#putOff();
  }

  destroy(): void {
    this.#terms.socket.destroy();
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  onAbandoned(stop: () => void): void {
    this.#stop = stop;
    // Who has left before anybody listened has left all the same.
    if (this.#isClosed) stop();
  }

  behind(run: () => void): void {
    behindWrites(run);
  }

  /** The connection has closed. */
  closed(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isClosed = true;
    this.#stop?.();
  }

  /** The socket has got rid of what it held. */
  drained(): void {
    this.#terms.socket.setTimeout(0);
    // What was put off goes out first.
    if (!this.#isPutOff && !this.#isEnded) this.#goOn();
  }

  #hold(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
  }

  #putOff(): void {
    if (this.#isPutOff) return;
    this.#isPutOff = true;
    writeAtEndOfTurn(() => this.#send());
  }

  #send(): void {
    this.#isPutOff = false;
    const { socket, stallMs } = this.#terms;
    if (this.#isOver || !socket.writable) return;
    const isTaken = this.#form === "whole" ? this.#sendWhole() : this.#sendChunk();
    if (this.#isEnded) this.#finishWhenOut();
    else if (isTaken) this.#goOn();
    else socket.setTimeout(stallMs);
  }

  /** An answer is over when the system has all of it: until then nobody may close the connection. */
  #finishWhenOut(): void {
    const { socket, stallMs } = this.#terms;
    if (socket.writableLength === 0) return this.#finish();
    socket.setTimeout(stallMs);
    // Nothing, written behind all that waits.
    socket.write("", (error) => {
      if (error != null) return;
      socket.setTimeout(0);
      this.#finish();
    });
  }

  #sendWhole(): boolean {
    const before = `${this.#head}content-length: ${this.#heldBytes}\r\n${this.#terms.lines()}\r\n`;
    return this.#write(before, "");
  }

  #sendChunk(): boolean {
    let before = "";
    if (this.#head !== "") before = `${this.#head}transfer-encoding: chunked\r\n${this.#terms.lines()}\r\n`;
    this.#head = "";
    const hasBody = this.#heldBytes > 0;
    if (hasBody) before += `${this.#heldBytes.toString(16)}\r\n`;
    return this.#write(before, `${hasBody ? "\r\n" : ""}${this.#isEnded ? LAST_CHUNK : ""}`);
  }

  /** Writes what is held between two texts; whether the socket could take it. */
  #write(before: string, after: string): boolean {
    const body = this.#held;
    const bodyBytes = this.#heldBytes;
    this.#held = [];
    this.#heldBytes = 0;
    return writeMessage(this.#terms.socket, { before, body, bodyBytes, after });
  }

  #goOn(): void {
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.#resume?.();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#terms.onEnd();
  }
}
