import type { Socket } from "node:net";
import type { Key } from "../../domain/access/key.ts";
import { behindWrites } from "../../kit/end-of-turn.ts";
import type { FindCaller } from "../caller.ts";
import type { CallRoute } from "../data/call-route.ts";
import { goneSignal } from "../gone-signal.ts";
import type { ArrivingBytes } from "../read-body.ts";
import { SMALL_BYTES } from "../read-body.ts";
import { PlainHeads } from "./plain-heads.ts";
import { PlainReply } from "./plain-reply.ts";
import type { PlainHead } from "./read-plain-head.ts";

/** What all plain connections of a server share. */
export interface PlainTerms {
  readonly routes: ReadonlyMap<string, CallRoute>;
  /** Makes what finds the callers of one connection. */
  readonly finder: () => FindCaller;
  /** Largest body in bytes, as the configuration in force says. */
  readonly bodyBytes: () => number;
  readonly arriving: ArrivingBytes;
  readonly stallMs: number;
  /** Whether the server takes requests: one that stops lets Node say so. */
  readonly isOpen: () => boolean;
  /** The lines of a head that say when it was written and what becomes of the connection. */
  readonly lines: () => string;
  /** Looks taken at all connections so far; time is counted in them. */
  readonly looks: () => number;
  /** A request has begun: its head is read; its answer is out, its connection gone, or it is Node's. */
  readonly begun: () => void;
  readonly ended: () => void;
  /** Gives the connection to Node's own server, with the bytes that nobody has answered; it is plain no longer. */
  readonly handOver: (connection: PlainConnection, unread: Buffer) => void;
  /** Tells a client that has said in the middle of a request that it sends no more. */
  readonly cutOff: (connection: PlainConnection) => void;
  readonly gone: (connection: PlainConnection) => void;
}

/** A request whose body is still arriving. */
interface Arriving {
  readonly head: PlainHead;
  readonly route: CallRoute;
  readonly key: Key;
  /** How many of its bytes are counted. */
  counted: number;
}

/** Bytes of next requests that are taken while one is answered, uncounted as small bodies are; who sends more has to wait. */
const AHEAD_BYTES = SMALL_BYTES;

const NOTHING = Buffer.alloc(0);

/**
 * One connection whose requests have been plain so far. It answers them one after the other; at the first that is not, or
 * that is wrong in any way, it is given to Node's server with everything that is not answered, which reads it anew and says what is wrong.
 */
export class PlainConnection {
  readonly socket: Socket;
  readonly #terms: PlainTerms;
  readonly #find: FindCaller;
  readonly #heads = new PlainHeads();
  /** What has come and is neither served nor answered. */
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #arriving: Arriving | null = null;
  #reply: PlainReply | null = null;
  /** Of the request that is being answered: its answer is out, its books are closed. */
  #isOut = false;
  #isSettled = false;
  #hasAnswered = false;
  #isOurs = true;
  /** The look at which it began to wait for what it waits for. */
  #since: number;

  constructor(socket: Socket, terms: PlainTerms) {
    this.socket = socket;
    this.#terms = terms;
    this.#find = terms.finder();
    this.#since = terms.looks();
    socket.on("data", this.#take);
    socket.on("drain", this.#drained);
    socket.on("end", this.#halfClosed);
    socket.on("close", this.#closed);
    socket.on("error", ignore);
    socket.on("timeout", this.#stalled);
  }

  /** Whether a request is arriving or being answered. */
  get isInUse(): boolean {
    return this.#reply !== null || this.#unreadBytes > 0 || !this.#hasAnswered;
  }

  /** Closes it where it waits for a next request. */
  closeIdle(): void {
    if (!this.isInUse) this.socket.destroy();
  }

  /** Looks after what waits too long: `idleLooks` is for how many looks a connection may wait for its next request. */
  look(idleLooks: number): void {
    const waited = this.#terms.looks() - this.#since;
    if (this.#reply !== null || waited < 2) return;
    // Node times heads and bodies that do not come.
    if (this.isInUse && !this.socket.readableEnded) this.#handOver();
    else if (waited > idleLooks) this.socket.destroy();
  }

  readonly #take = (chunk: Buffer): void => {
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#reply === null) this.#read();
    else if (this.#unreadBytes > AHEAD_BYTES) this.socket.pause();
  };

  #read(): void {
    // A head lies in one piece, or it is for Node's server.
    const arriving = this.#arriving ?? this.#open();
    if (arriving === null || !this.#count(arriving)) return this.#handOver();
    const { headBytes, bodyBytes } = arriving.head;
    const end = headBytes + bodyBytes;
    if (this.#unreadBytes < end) return;
    this.#arriving = null;
    this.#giveBack(arriving);
    void this.#serve(arriving, this.#takeRequest(end));
  }

  /** The first request, in memory of its own: its body is kept for its record, and nothing else is to be kept with it. */
  #takeRequest(end: number): Buffer {
    const all = this.#takeUnread();
    if (all.length === end) return all;
    this.#putBack(all.subarray(end));
    return Buffer.from(all.subarray(0, end));
  }

  /** All of it as one; joined here alone, because joining at every chunk would copy a long body over and over. */
  #takeUnread(): Buffer {
    const [first = NOTHING] = this.#unread;
    const all = this.#unread.length < 2 ? first : Buffer.concat(this.#unread, this.#unreadBytes);
    this.#unread = [];
    this.#unreadBytes = 0;
    return all;
  }

  #putBack(bytes: Buffer): void {
    this.#unread.unshift(bytes);
    this.#unreadBytes += bytes.length;
  }

  /** `null` where this is for Node's server. */
  #open(): Arriving | null {
    const { routes, bodyBytes, isOpen } = this.#terms;
    const [bytes = NOTHING] = this.#unread;
    const head = this.#heads.read(bytes);
    const route = head === null ? undefined : routes.get(head.path);
    if (head === null || route === undefined || head.bodyBytes > bodyBytes() || !isOpen()) return null;
    this.#since = this.#terms.looks();
    try {
      route.check?.(head);
      this.#arriving = { head, route, key: this.#find(head), counted: 0 };
    } catch {
      return null;
    }
    this.#terms.begun();
    return this.#arriving;
  }

  /** Counts the bytes of a large body that have arrived; false where there is no room for them. */
  #count(arriving: Arriving): boolean {
    const bytes = this.#unreadBytes;
    if (bytes <= SMALL_BYTES) return true;
    if (!this.#terms.arriving.take(bytes - arriving.counted)) return false;
    arriving.counted = bytes;
    return true;
  }

  #giveBack({ counted }: Arriving): void {
    if (counted > 0) this.#terms.arriving.give(counted);
  }

  async #serve({ head, route, key }: Arriving, request: Buffer): Promise<void> {
    const { socket } = this;
    const { lines, stallMs } = this.#terms;
    const reply = new PlainReply({ socket, lines, stallMs, onEnd: this.#answered });
    this.#reply = reply;
    this.#isOut = false;
    this.#isSettled = false;
    let isTaken = false;
    const taken = (): PlainReply => {
      isTaken = true;
      return reply;
    };
    try {
      const gone = (): AbortSignal => goneSignal((stop) => reply.onAbandoned(stop));
      await route.serve({ headers: head.headers, body: request.subarray(head.headBytes), key, reply: taken, gone });
      // Behind the books, which the call has put off before.
      behindWrites(() => this.#settled(reply));
    } catch {
      if (isTaken) socket.destroy();
      else if (this.#reply === reply) this.#unserved(request);
    }
  }

  /** Nothing was answered, so that Node's server can begin from the first byte. */
  #unserved(request: Buffer): void {
    if (this.socket.readableEnded) {
      this.socket.destroySoon();
      return;
    }
    this.#reply = null;
    this.#putBack(request);
    this.#handOver();
    this.#leaveToNode();
  }

  /** Node's server counts the request when it reads it, at the end of this turn; until then it is counted here. */
  #leaveToNode(): void {
    setImmediate(this.#terms.ended);
  }

  readonly #answered = (): void => {
    this.#isOut = true;
    if (this.#isSettled) this.#goOn();
  };

  #settled(reply: PlainReply): void {
    if (this.#reply !== reply) return;
    this.#isSettled = true;
    if (this.#isOut) this.#goOn();
  }

  /** The next request finds the books of this one closed, also where it was there before the answer. */
  #goOn(): void {
    this.#reply = null;
    this.#hasAnswered = true;
    this.#since = this.#terms.looks();
    this.#terms.ended();
    // Who sends no more gets no more.
    if (!this.#terms.isOpen() || this.socket.readableEnded) {
      this.socket.destroySoon();
      return;
    }
    if (this.#unreadBytes > 0) this.#read();
    if (!this.#isOurs || !this.socket.isPaused()) return;
    if (this.#reply === null || this.#unreadBytes <= AHEAD_BYTES) this.socket.resume();
  }

  #handOver(): void {
    if (this.#arriving !== null) {
      this.#giveBack(this.#arriving);
      this.#leaveToNode();
    }
    this.#arriving = null;
    this.#leave();
    this.#terms.handOver(this, this.#takeUnread());
  }

  #leave(): void {
    this.#isOurs = false;
    this.socket.off("data", this.#take);
    this.socket.off("drain", this.#drained);
    this.socket.off("end", this.#halfClosed);
    this.socket.off("close", this.#closed);
    this.socket.off("error", ignore);
    this.socket.off("timeout", this.#stalled);
  }

  readonly #drained = (): void => this.#reply?.drained();

  /** As Node does it: who will send no more is not answered any more, but gets what is on its way. */
  readonly #halfClosed = (): void => {
    if (this.#reply === null && this.#unreadBytes > 0) return this.#terms.cutOff(this);
    if (this.#reply !== null) this.socket.setTimeout(this.#terms.stallMs);
    setImmediate(() => this.socket.end());
  };

  readonly #stalled = (): void => void this.socket.destroy();

  readonly #closed = (): void => {
    const arriving = this.#arriving;
    const reply = this.#reply;
    this.#arriving = null;
    this.#reply = null;
    if (arriving !== null) this.#giveBack(arriving);
    if (arriving !== null || reply !== null) this.#terms.ended();
    reply?.closed();
    this.#terms.gone(this);
  };
}

/** What follows an error is the closing of its connection. */
function ignore(): void {}
