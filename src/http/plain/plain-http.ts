import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { CallRoute } from "../data/call-route.ts";
import type { EdgeLimits } from "../edge-limits.ts";
import type { ArrivingBytes } from "../read-body.ts";
import { PlainConnection } from "./plain-connection.ts";
import type { PlainTerms } from "./plain-connection.ts";

/** What the plain way is plugged into. */
export interface PlainHttpTerms extends Pick<PlainTerms, "finder" | "bodyBytes"> {
  readonly routes: readonly CallRoute[];
  readonly arriving: ArrivingBytes;
  readonly limits: EdgeLimits;
}

/** Told when a request begins and when its answer is out, or its connection gone. */
export interface RequestWatcher {
  begun(): void;
  ended(): void;
}

type TakeConnection = (socket: Socket) => void;

/**
 * The plain way of calls: reads the requests that nearly all clients send straight from their sockets, and gives every connection
 * on which anything else comes to Node's server, which Fastify answers for (docs/decisions/0041-own-http.md).
 */
export class PlainHttp {
  readonly #server: Server;
  readonly #toNode: TakeConnection;
  readonly #open = new Map<Socket, PlainConnection>();
  readonly #watchers: RequestWatcher[] = [];
  readonly #terms: PlainTerms;
  #looks = 0;
  #second = 0;
  #lines = "";

  /** Takes the connections of a server that does not listen yet. */
  constructor(server: Server, { routes, arriving, limits, finder, bodyBytes }: PlainHttpTerms) {
    this.#server = server;
    this.#toNode = ownListener(server);
    this.#terms = {
      routes: new Map(routes.map((route) => [route.path, route])),
      finder,
      bodyBytes,
      arriving,
      stallMs: limits.stallMs,
      isOpen: () => server.listening,
      lines: () => this.#linesNow(limits.keepAliveMs),
      looks: () => this.#looks,
      begun: () => this.#watchers.forEach((watcher) => watcher.begun()),
      ended: () => this.#watchers.forEach((watcher) => watcher.ended()),
      handOver: (connection, unread) => this.#handOver(connection, unread),
      cutOff: ({ socket }) => void server.emit("clientError", new Error("It ended too early."), socket),
      gone: ({ socket }) => void this.#open.delete(socket),
    };
    server.off("connection", this.#toNode);
    server.on("connection", (socket: Socket) => this.#take(socket));
    this.#closeWithServer();
    this.#lookAfter(limits);
  }

  /** Whether a socket is on the plain way, and a request on it arriving or being answered. */
  isInUse(socket: Socket): boolean {
    return this.#open.get(socket)?.isInUse ?? false;
  }

  watch(watcher: RequestWatcher): void {
    this.#watchers.push(watcher);
  }

  #take(socket: Socket): void {
    // Another listener may have turned it away.
    if (!socket.destroyed) this.#open.set(socket, new PlainConnection(socket, this.#terms));
  }

  /** Lets Node's server read a connection, these bytes first. */
  giveToNode(socket: Socket, unread: Buffer): void {
    socket.setTimeout(0);
    socket.pause();
    if (unread.length > 0) socket.unshift(unread);
    this.#toNode.call(this.#server, socket);
    // What was put back is only given out once somebody listens.
    process.nextTick(() => socket.resume());
  }

  #handOver({ socket }: PlainConnection, unread: Buffer): void {
    this.#open.delete(socket);
    this.giveToNode(socket, unread);
  }

  /** Whoever closes connections of the server means these, too. */
  #closeWithServer(): void {
    const server = this.#server;
    const closeIdle = server.closeIdleConnections.bind(server);
    const closeAll = server.closeAllConnections.bind(server);
    server.closeIdleConnections = () => {
      closeIdle();
      for (const connection of this.#open.values()) connection.closeIdle();
    };
    server.closeAllConnections = () => {
      closeAll();
      for (const socket of this.#open.keys()) socket.destroy();
    };
  }

  #lookAfter({ checkMs, keepAliveMs }: EdgeLimits): void {
    const idleLooks = Math.ceil(keepAliveMs / checkMs);
    const timer = setInterval(() => {
      this.#looks += 1;
      for (const connection of this.#open.values()) connection.look(idleLooks);
    }, checkMs);
    timer.unref();
    this.#server.once("close", () => clearInterval(timer));
  }

  #linesNow(keepAliveMs: number): string {
    if (!this.#server.listening) return `date: ${new Date().toUTCString()}\r\nconnection: close\r\n`;
    const second = Math.floor(Date.now() / 1000);
    if (second === this.#second) return this.#lines;
    this.#second = second;
    const date = new Date(second * 1000).toUTCString();
    this.#lines = `date: ${date}\r\nconnection: keep-alive\r\nkeep-alive: timeout=${Math.floor(keepAliveMs / 1000)}\r\n`;
    return this.#lines;
  }
}

/** Node's own way of taking a connection: the one listener that a server is born with. */
function ownListener(server: Server): TakeConnection {
  const [own, ...others] = server.listeners("connection") as TakeConnection[];
  if (own === undefined || others.length > 0) throw new Error("A server is to have one listener for connections here.");
  return own;
}
