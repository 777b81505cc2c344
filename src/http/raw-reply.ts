import type { IncomingMessage, ServerResponse } from "node:http";
import { behindWrites, writeAtEndOfTurn } from "../kit/end-of-turn.ts";
import { ONE_WRITE_BYTES } from "../kit/write-message.ts";
import type { Reply } from "../ports/reply.ts";
import { answerFormOf } from "./answer-form.ts";

const EMPTY = Buffer.alloc(0);

/**
 * A reply on Node's own response. A whole answer is held until its end, so that it goes out in one piece
 * with its length; a stream goes out as it comes, to a client that takes something of it every `stallMs`.
 */
export const createRawReply = (request: IncomingMessage, response: ServerResponse, stallMs: number): Reply =>
  new RawReply(request, response, stallMs);

class RawReply implements Reply {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #stallMs: number;
  #status = 0;
  /** Names and values in turn: Node writes a list sooner than an object. */
  #headers: string[] = [];
  #isStream = false;
  #held: Buffer | Buffer[] = EMPTY;
  #resume: (() => void) | null = null;
  #isListening = false;

  constructor(request: IncomingMessage, response: ServerResponse, stallMs: number) {
    this.#request = request;
    this.#response = response;
    this.#stallMs = stallMs;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) this.#headers.push(name, value);
    const form = answerFormOf(headers["content-type"] ?? "");
    this.#isStream = form !== "whole";
    if (!this.#isStream) return;
    if (form === "events") this.#headers.push("cache-control", "no-cache");
    this.#sendHead();
  }

  write(chunk: Buffer): boolean {
    if (this.#isStream) return this.#response.write(chunk) || !this.#awaitDrain();
    this.#hold(chunk);
    return true;
  }

  end(chunk?: Buffer): void {
    if (this.#isStream) {
      this.#response.end(chunk);
      return;
    }
    if (chunk !== undefined) this.#hold(chunk);
    writeAtEndOfTurn(() => this.#sendWhole());
  }

  #sendWhole(): void {
    // Joined once: joining at every write would copy a long answer over and over.
    const whole = Array.isArray(this.#held) ? Buffer.concat(this.#held) : this.#held;
    this.#headers.push("content-length", String(whole.length));
    this.#sendHead();
    if (whole.length > ONE_WRITE_BYTES) this.#response.end(whole);
    else this.#response.end(whole.toString("latin1"), "latin1");
  }

  destroy(): void {
    this.#request.socket.destroy();
  }

  onDrain(resume: () => void): void {
    this.#resume = resume;
  }

  behind(run: () => void): void {
    // What is streamed is out already, and the next request may arrive before the turn ends.
    if (this.#isStream) run();
    else behindWrites(run);
  }

  onAbandoned(stop: () => void): void {
    const response = this.#response;
    // Who has left before anybody listened has left all the same.
    if (response.closed) return stop();
    response.on("close", () => {
      if (!response.writableFinished) stop();
    });
  }

  #sendHead(): void {
    if (this.#status !== 0 && !this.#response.headersSent) this.#response.writeHead(this.#status, this.#headers);
  }

  #hold(chunk: Buffer): void {
    if (Array.isArray(this.#held)) this.#held.push(chunk);
    else this.#held = this.#held.length === 0 ? chunk : [this.#held, chunk];
  }

  /** Node closes a connection on which nothing moves for so long. */
  #awaitDrain(): boolean {
    const response = this.#response;
    response.socket?.setTimeout(this.#stallMs);
    if (this.#isListening) return true;
    this.#isListening = true;
    response.on("drain", () => {
      response.socket?.setTimeout(0);
      this.#resume?.();
    });
    return true;
  }
}
