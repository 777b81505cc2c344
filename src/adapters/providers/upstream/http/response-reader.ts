import { TransportFailure } from "../transport-failure.ts";
import { chunkSize } from "./chunk-size.ts";
import { readHeaders, readResponseHead } from "./response-head.ts";
import type { ResponseHead } from "./response-head.ts";

/** After the last byte of an answer. */
export const END = Symbol("end of an answer");

/** Part of an answer. */
export type AnswerPart = ResponseHead | Buffer | typeof END;

/** Head, or trailers, in bytes. */
const MOST_HEAD_BYTES = 16 * 1024;
/** Size of a chunk with its extensions. */
const MOST_SIZE_BYTES = 1024;
/** 1xx answers before the real one; a provider that sends more is playing. */
const MOST_INFORMATIONAL = 32;

const NO_BYTES = Buffer.alloc(0);
const LINE_END = "\r\n";
const BLOCK_END = "\r\n\r\n";
/** A line ends with both characters or is none; what comes after the last one is not there yet. */
const HALF_LINE_END = /\r[^\n]|(?<!\r)\n/;
/** Nothing that comes this late may say where a body ends. */
const FRAMING: ReadonlySet<string> = new Set(["content-length", "transfer-encoding"]);
const CR = 0x0d;
const LF = 0x0a;

type Expected = "head" | "body" | "chunk size" | "chunk" | "chunk end" | "trailers";

/**
 * Reads HTTP/1.1 answers from bytes as they come, one answer after the other. It is strict: what could be read in two ways is refused
 * (RFC 9112), and everything that must be held is bounded. It holds no bytes of a body.
 */
export class ResponseReader {
  #unread: Buffer = NO_BYTES;
  #at = 0;
  #expected: Expected = "head";
  /** Bytes of the body, or of the chunk, that are still to come; infinite where the connection ends the body. */
  #rest = 0;
  #informational = 0;

  /** Whether everything pushed has been read. */
  get isEmpty(): boolean {
    return this.#at === this.#unread.length;
  }

  /** Whether the head of the answer is still to come. */
  get isBeforeHead(): boolean {
    return this.#expected === "head";
  }

  /** Whether the answer is whole when the connection ends now. */
  get endsWithConnection(): boolean {
    return this.#expected === "body" && this.#rest === Infinity;
  }

  push(bytes: Buffer): void {
    this.#unread = this.isEmpty ? bytes : Buffer.concat([this.#unread.subarray(this.#at), bytes]);
    this.#at = 0;
  }

  /** The next part; `null` until more was pushed. Throws `TransportFailure`, after which the reader is of no use. */
  next(): AnswerPart | null {
    switch (this.#expected) {
      case "head":
        return this.#readHead();
      case "body":
        return this.#rest === 0 ? this.#end() : this.#take();
      default:
        return this.#readChunk();
    }
  }

  #readHead(): ResponseHead | null {
    for (;;) {
      const text = this.#block();
      if (text === null) return null;
      const head = readResponseHead(text);
      if (head.status < 200) {
        this.#countInformational(head);
        continue;
      }
      this.#informational = 0;
      this.#expect(head);
      return head;
    }
  }

  #expect({ bodyEnd }: ResponseHead): void {
    this.#expected = bodyEnd === "last chunk" ? "chunk size" : "body";
    if (bodyEnd !== "last chunk") this.#rest = bodyEnd === "close" ? Infinity : bodyEnd;
  }

  #countInformational({ status, keepsOpen }: ResponseHead): void {
    if (status === 101) throw new TransportFailure("ROLLWARD_UPGRADE", "The answer changes the protocol.");
    if (!keepsOpen) throw noHttp("is announced by one that ends the connection");
    this.#informational += 1;
    if (this.#informational <= MOST_INFORMATIONAL) return;
    throw new TransportFailure("ROLLWARD_TOO_MANY_INFORMATIONAL", `More than ${MOST_INFORMATIONAL} came.`);
  }

  /** Lines up to an empty one, without that; `null` where they are not all there. */
  #block(): string | null {
    if (this.isEmpty) return null;
    const end = this.#unread.indexOf(BLOCK_END, this.#at, "latin1");
    const length = (end < 0 ? this.#unread.length : end) - this.#at;
    if (length > MOST_HEAD_BYTES) throw new TransportFailure("ROLLWARD_HEAD_TOO_LARGE", "The head does not end.");
    if (end < 0) return this.#mayBecomeBlock();
    const text = this.#unread.toString("latin1", this.#at, end + LINE_END.length);
    this.#at = end + BLOCK_END.length;
    return text;
  }

  /** Whoever speaks no HTTP may never send what is waited for. */
  #mayBecomeBlock(): null {
    const text = this.#unread.toString("latin1", this.#at);
    const isHead = this.#expected !== "head" || "HTTP/1.".startsWith(text.slice(0, 7));
    if (!isHead || HALF_LINE_END.test(text)) throw noHttp("begins with something else");
    return null;
  }

  #readChunk(): Buffer | typeof END | null {
    if (this.#expected === "chunk end" && !this.#skipLineEnd("chunk size")) return null;
    if (this.#expected === "chunk size" && !this.#readSize()) return null;
    if (this.#expected === "trailers") return this.#readTrailers();
    const chunk = this.#take();
    if (this.#rest === 0) this.#expected = "chunk end";
    return chunk;
  }

  /** Whether the size of the next chunk was there. */
  #readSize(): boolean {
    const end = this.#unread.indexOf(LINE_END, this.#at, "latin1");
    const lineEnd = end < 0 ? this.#unread.length : end;
    if (lineEnd - this.#at > MOST_SIZE_BYTES) throw noHttp("has a size of a chunk that does not end");
    const line = this.#unread.toString("latin1", this.#at, lineEnd);
    if (end < 0 && HALF_LINE_END.test(line)) throw noHttp("has a chunk without a size");
    if (end < 0) return false;
    const size = chunkSize(line);
    if (size === null) throw noHttp("has a chunk without a size");
    this.#at = end + LINE_END.length;
    this.#rest = size;
    this.#expected = size === 0 ? "trailers" : "chunk";
    return true;
  }

  /** Trailers are checked and dropped. */
  #readTrailers(): typeof END | null {
    if (this.#unread[this.#at] === CR) return this.#skipLineEnd("head") ? this.#end() : null;
    const text = this.#block();
    if (text === null) return null;
    const isFraming = (word: string, index: number): boolean => index % 2 === 0 && FRAMING.has(word);
    if (readHeaders(text, 0).some(isFraming)) throw noHttp("changes its length when it is over");
    return this.#end();
  }

  /** Whether the end of a line was there; what follows it is expected then. */
  #skipLineEnd(next: Expected): boolean {
    const length = this.#unread.length - this.#at;
    if (length > 0 && this.#unread[this.#at] !== CR) throw noHttp("has a line that does not end");
    if (length > 1 && this.#unread[this.#at + 1] !== LF) throw noHttp("has a line that does not end");
    if (length < 2) return false;
    this.#at += 2;
    this.#expected = next;
    return true;
  }

  /** What is there of the body, or of the chunk. */
  #take(): Buffer | null {
    if (this.isEmpty) return null;
    const start = this.#at;
    this.#at = Math.min(this.#unread.length, start + this.#rest);
    this.#rest -= this.#at - start;
    return this.#unread.subarray(start, this.#at);
  }

  #end(): typeof END {
    this.#expected = "head";
    // An idle connection must not keep the last bytes of an answer.
    if (this.isEmpty) this.push(NO_BYTES);
    return END;
  }
}

const noHttp = (what: string): TransportFailure => new TransportFailure("ROLLWARD_NO_HTTP", `The answer ${what}.`);
