import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Clock } from "../../../ports/clock.ts";
import type { SimulatedStats } from "./ledger.ts";
import { play } from "./play.ts";
import type { Performance } from "./play.ts";
import { RequestReader } from "./request-reader.ts";
import type { HttpRequest, Unreadable } from "./request-reader.ts";
import { httpAnswer } from "./script.ts";
import type { Script } from "./script.ts";
import type { SimulatedModelSettings } from "./settings.ts";
import { Simulator } from "./simulator.ts";
import type { Reply } from "./simulator.ts";
import { errorBody } from "./wire.ts";

/** How a simulated server behaves. */
export interface SimulatedServerSettings {
  readonly models: ReadonlyMap<string, SimulatedModelSettings>;
  /** Equal seeds give equal answers, delays and faults for the n-th call to a model. */
  readonly seed: number | string;
  readonly clock: Clock;
  /** A free port when left out. */
  readonly port?: number;
}

/** A running simulated server. */
export interface SimulatedServer {
  /** Base URL up to and including `/v1`. */
  readonly url: string;
  stats(): SimulatedStats;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server on loopback that speaks the OpenAI chat-completions wire, `GET /v1/models`, and
 * shows what reached it at `GET /__simulated/calls`. It writes to bare sockets because it must be able to
 * break the protocol: reset before the headers, end inside a body, stay silent.
 */
export async function createSimulatedServer(settings: SimulatedServerSettings): Promise<SimulatedServer> {
  const { clock } = settings;
  const simulator = new Simulator(settings.models, settings.seed, clock);
  const connections = new Set<Connection>();
  const stats = (): SimulatedStats => {
    const open = [...connections].filter((connection) => connection.isAnswering).length;
    return simulator.ledger.stats({ open, connections: connections.size });
  };
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new Connection(socket, { clock, simulator, look: () => readable(stats()) });
    connections.add(connection);
    socket.once("close", () => connections.delete(connection));
  });
  await listening(server, settings.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    stats,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of connections) connection.end();
      await closed;
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Bodies as text. */
const readable = (stats: SimulatedStats): unknown => ({
  ...stats,
  lastCalls: stats.lastCalls.map((call) => ({ ...call, body: call.body.toString("utf8") })),
});

interface ConnectionTerms {
  readonly clock: Clock;
  readonly simulator: Simulator;
  readonly look: () => unknown;
}

/** Bytes of requests that may wait behind an answer under way. */
const MOST_WAITING_BYTES = 1024 * 1024;

/** One connection: a request, its answer, the next request. */
class Connection {
  readonly #socket: Socket;
  readonly #terms: ConnectionTerms;
  readonly #reader = new RequestReader();
  #performance: Performance | null = null;
  #answering = false;
  #waitingBytes = 0;

  constructor(socket: Socket, terms: ConnectionTerms) {
    this.#socket = socket;
    this.#terms = terms;
    socket.on("data", (chunk) => this.#onData(chunk));
    // A reset by the client is as good as a close; `close` follows.
    socket.on("error", () => {});
  }

  get isAnswering(): boolean {
    return this.#answering;
  }

  end(): void {
    this.#answering = false;
    this.#performance?.stop();
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#reader.push(chunk);
    if (!this.#answering) return this.#next();
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > MOST_WAITING_BYTES) this.end();
  }

  #next(): void {
    this.#waitingBytes = 0;
    // A loop, not a recursion: answers without delay finish before `play` returns.
    while (!this.#answering && !this.#socket.destroyed) {
      const request = this.#reader.next();
      if (request === null) {
        if (this.#reader.takeContinue()) this.#socket.write("HTTP/1.1 100 Continue\r\n\r\n");
        return;
      }
      if ("status" in request) return this.#refuse(request);
      this.#answer(request);
    }
  }

  #refuse({ status, reason }: Unreadable): void {
    const answer = httpAnswer(status, errorBody(reason, "invalid_request_error", null));
    this.#socket.end(answer.replace("\r\n", "\r\nconnection: close\r\n"), "latin1");
  }

  #answer(request: HttpRequest): void {
    const { simulator, look, clock } = this.#terms;
    const { script, call } = simulator.reply(request, look);
    this.#answering = true;
    const onClose = call === null ? null : this.#watch(call);
    const done = (): void => this.#finish(script, request.keepAlive, onClose);
    const performance = play(script, { socket: this.#socket, clock }, done);
    this.#performance = performance.finished ? null : performance;
    if (this.#answering && script.ending !== "reset") return;
    if (this.#performance !== null) return;
  }

  /** Notes when the client leaves before its answer is complete. */
  #watch(call: NonNullable<Reply["call"]>): () => void {
    const { clock, simulator } = this.#terms;
    const arrivedAt = clock.elapsed();
    const onClose = (): void => {
      this.#performance?.stop();
      if (!this.#answering) return;
      this.#answering = false;
      const noticedAtMs = clock.elapsed();
      simulator.ledger.aborted({ ...call, noticedAtMs, afterMs: noticedAtMs - arrivedAt });
    };
    this.#socket.once("close", onClose);
    return onClose;
  }

  #finish({ ending }: Script, keepAlive: boolean, onClose: (() => void) | null): void {
    // In silence, until the client has had enough.
    if (ending === "open") return;
    this.#answering = false;
    this.#performance = null;
    if (onClose !== null) this.#socket.off("close", onClose);
    if (ending === "reset") this.#socket.resetAndDestroy();
    else if (ending === "close" || !keepAlive) this.#socket.destroySoon();
    else if (this.#waitingBytes > 0) this.#next();
  }
}
