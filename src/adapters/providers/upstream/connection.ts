import type { Socket } from "node:net";
import { writeMessage } from "../../../kit/write-message.ts";
import { END, ResponseReader } from "./http/response-reader.ts";
import type { ResponseHead } from "./http/response-head.ts";
import { TransportFailure } from "./transport-failure.ts";

/** What goes out: the head's lines with the empty one, and the body. */
export interface OutgoingRequest {
  readonly head: string;
  readonly body: Buffer | null;
}

/** Hears the answer to a request: `head`, `data`, then `end` or `fail`; or `fail` alone. */
export interface Asker {
  head(head: ResponseHead): void;
  data(chunk: Buffer): void;
  end(): void;
  /** The connection had carried another request before, and ended as this one was on its way: no byte of an answer had come. */
  stale(error: Error): void;
  /** The transport failed, or a method of this very object threw. */
  fail(error: Error): void;
}

/**
 * A provider that closed a kept connection before it saw the request is heard of within a round trip, milliseconds. One that closes
 * later has had time to work on it, and whether to ask again is for the release to say.
 */
const RACE_MS = 1_000;

/** Whose connection it is. */
export interface ConnectionOwner {
  /** The answer is over and the connection may carry another request. */
  free(connection: Connection): void;
  /** The connection is of no use any more. Said once. */
  lost(connection: Connection): void;
}

/** Servers that give no hint close idle connections after 5 s or later; a race with that close costs a call. */
const IDLE_MS = 4_000;
/** The same race where there is a hint. */
const HINT_LESS_MS = 1_000;
const LONGEST_IDLE_MS = 600_000;

/**
 * One connection to a provider, which carries one request at a time. Bytes that nobody asked for end it, and so does whatever
 * leaves in doubt where an answer ends.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader = new ResponseReader();
  #asker: Asker | null = null;
  #keepsOpen = false;
  #isPaused = false;
  #isLost = false;
  /** Whether an answer has come on it. */
  #isReused = false;
  /** When the request under way was sent on a kept connection, milliseconds of the monotonic clock. */
  #sentAt = 0;
  /** Whether bytes have come since the request was sent. */
  #isHeard = false;
  /** How the provider's side ended: in order is `null`. */
  #ending: Error | null | undefined;
  /** How much longer it may stay idle, milliseconds; its owner counts it down. */
  idleMs = IDLE_MS;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    // It keeps the process alive only while it carries a request.
    socket.unref();
    socket.on("data", (bytes) => this.#receive(bytes));
    socket.on("end", () => this.#ended(null));
    socket.on("error", (error) => this.#ended(error));
    socket.on("close", () => this.#ended(new TransportFailure("ROLLWARD_CLOSED", "The connection was closed.")));
  }

  /** Whether nothing speaks against sending a request on it. */
  get isOpen(): boolean {
    return !this.#isLost && this.#socket.readable && this.#socket.writable;
  }

  /** Sends a request on a connection that is free. */
  send({ head, body }: OutgoingRequest, asker: Asker): void {
    const socket = this.#socket;
    this.#asker = asker;
    this.#isPaused = false;
    this.#isHeard = false;
    if (this.#isReused) this.#sentAt = performance.now();
    socket.ref();
    writeMessage(socket, { before: head, body: body === null ? [] : [body], bodyBytes: body?.length ?? 0 });
  }

  /** Keeps the body back; the head still comes. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Goes on after the caller's own work. */
  resume(): void {
    this.#isPaused = false;
    queueMicrotask(() => {
      if (this.#isPaused) return;
      this.#socket.resume();
      this.#tell();
    });
  }

  /** Ends it; a request under way hears nothing more. */
  destroy(): void {
    this.#asker = null;
    this.#socket.destroy();
    if (this.#isLost) return;
    this.#isLost = true;
    this.#owner.lost(this);
  }

  /** Ends it; a request under way fails. */
  fail(error: Error): void {
    const asker = this.#asker;
    this.destroy();
    asker?.fail(error);
  }

  #receive(bytes: Buffer): void {
    if (this.#asker === null) return this.destroy();
    this.#isHeard = true;
    this.#reader.push(bytes);
    this.#tell();
    if (this.#holdsBack()) this.#socket.pause();
  }

  #ended(ending: Error | null): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    if (this.#asker === null) this.destroy();
    else this.#tell();
  }

  #holdsBack(): boolean {
    return this.#isPaused && !this.#reader.isBeforeHead;
  }

  /** Tells what has been read. The asker may pause, abort or throw at any point. */
  #tell(): void {
    const asker = this.#asker;
    if (asker === null) return;
    try {
      while (this.#asker === asker && !this.#holdsBack()) {
        const part = this.#reader.next();
        if (part === null) return this.#awaitMore(asker);
        if (part === END) this.#finish(asker);
        else if (Buffer.isBuffer(part)) asker.data(part);
        else this.#begin(part, asker);
      }
    } catch (error) {
      this.destroy();
      asker.fail(error instanceof Error ? error : new Error("An answer could not be taken.", { cause: error }));
    }
  }

  #begin(head: ResponseHead, asker: Asker): void {
    const { keepsOpen, idleSeconds } = head;
    const idleMs = idleSeconds === null ? IDLE_MS : idleSeconds * 1_000 - HINT_LESS_MS;
    this.idleMs = Math.min(idleMs, LONGEST_IDLE_MS);
    this.#keepsOpen = keepsOpen && idleMs > 0;
    asker.head(head);
  }

  #awaitMore(asker: Asker): void {
    if (this.#ending === undefined) return;
    if (this.#ending === null && this.#reader.endsWithConnection) return this.#finish(asker);
    const error = this.#ending ?? new TransportFailure("ROLLWARD_CLOSED", "The connection was closed.");
    const isRace = this.#isReused && performance.now() - this.#sentAt < RACE_MS;
    if (!isRace || this.#isHeard) return this.fail(error);
    this.destroy();
    asker.stale(error);
  }

  #finish(asker: Asker): void {
    this.#asker = null;
    const socket = this.#socket;
    // A request that the provider did not read to its end would be in front of the next one.
    const isClean = this.#reader.isEmpty && socket.writableLength === 0;
    if (this.#keepsOpen && isClean && this.#ending === undefined && this.isOpen) {
      socket.unref();
      this.#isReused = true;
      this.#owner.free(this);
    } else this.destroy();
    asker.end();
  }
}
