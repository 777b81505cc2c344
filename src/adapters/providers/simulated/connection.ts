import type { Socket } from "node:net";
import type { Clock } from "../../../ports/clock.ts";
import { play } from "./play.ts";
import { RequestReader } from "./request-reader.ts";
import type { HttpRequest, Unreadable } from "./request-reader.ts";
import { httpAnswer } from "./script.ts";
import type { Script } from "./script.ts";
import type { Reply, Simulator } from "./simulator.ts";
import { errorBody } from "./ascii-json.ts";

/** What a connection works with; `look` gives what the server's own page shows. */
export interface ConnectionTerms {
  readonly clock: Clock;
  readonly simulator: Simulator;
  readonly look: () => unknown;
}

/** Bytes of further requests that may wait behind an answer under way. */
const MOST_WAITING_BYTES = 1024 * 1024;

interface Current {
  readonly call: Reply["call"];
  readonly arrivedAt: number;
}

/** One connection: a request, its answer, the next request. */
export class Connection {
  readonly #socket: Socket;
  readonly #terms: ConnectionTerms;
  readonly #reader = new RequestReader();
  #current: Current | null = null;
  #stop: () => void = () => {};
  #isReading = false;
  #waitingBytes = 0;

  constructor(socket: Socket, terms: ConnectionTerms) {
    this.#socket = socket;
    this.#terms = terms;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("end", () => this.#clientLeft());
    socket.on("close", () => this.#clientLeft());
    // A reset by the client is as good as a close, and `close` follows.
    socket.on("error", () => {});
  }

  get isAnswering(): boolean {
    return this.#current !== null;
  }

  /** Ends the connection from our side. */
  end(): void {
    this.#current = null;
    this.#stop();
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#reader.push(chunk);
    if (this.#current === null) return this.#read();
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > MOST_WAITING_BYTES) this.end();
  }

  /** Answers what has arrived. A loop, not a recursion: answers without delay finish before `play` returns. */
  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#current === null && !this.#socket.destroyed) {
      this.#waitingBytes = 0;
      const request = this.#reader.next();
      if (request === null) {
        if (this.#reader.takeContinue()) this.#socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        break;
      }
      if ("status" in request) {
        this.#refuse(request);
        break;
      }
      this.#answer(request);
    }
    this.#isReading = false;
  }

  #refuse({ status, reason }: Unreadable): void {
    const answer = httpAnswer(status, errorBody(reason, "invalid_request_error", null));
    this.#socket.write(answer.replace("\r\n", "\r\nconnection: close\r\n"), "latin1");
    this.#hangUp();
  }

  /** Closes when everything is written; what still comes is not looked at. */
  #hangUp(): void {
    this.#socket.removeAllListeners("data").resume();
    this.#socket.destroySoon();
  }

  #answer(request: HttpRequest): void {
    const { simulator, look, clock } = this.#terms;
    const { script, call } = simulator.reply(request, look);
    this.#current = { call, arrivedAt: clock.elapsed() };
    this.#stop = play(script, { socket: this.#socket, clock }, () => this.#finish(script, request.keepAlive));
  }

  #finish({ ending }: Script, keepAlive: boolean): void {
    // In silence, until the client has had enough.
    if (ending === "open") return;
    this.#current = null;
    if (ending === "reset") this.#socket.resetAndDestroy();
    else if (ending === "close" || !keepAlive) this.#hangUp();
    else this.#read();
  }

  #clientLeft(): void {
    const current = this.#current;
    this.end();
    if (current === null || current.call === null) return;
    const noticedAtMs = this.#terms.clock.elapsed();
    const afterMs = noticedAtMs - current.arrivedAt;
    this.#terms.simulator.ledger.aborted({ ...current.call, noticedAtMs, afterMs });
  }
}
