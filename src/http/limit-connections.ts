import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { AnswersUnderWay } from "./answers-under-way.ts";
import type { EdgeLimits } from "./edge-limits.ts";
import type { PlainHttp } from "./plain/plain-http.ts";

/** What else decides about connections. */
interface ConnectionTerms {
  /** How many connections one network may have, as the configuration in force says. */
  readonly mostOfOne: () => number;
  readonly plain: Pick<PlainHttp, "isInUse">;
  readonly answers: Pick<AnswersUnderWay, "isAnswering">;
}

/**
 * Bounds the connections of a server, all together and of one network. Those that nobody uses make room for those that
 * somebody wants; a client that does not read is let go.
 */
export function limitConnections(server: Server, { connections, stallMs }: EdgeLimits, terms: ConnectionTerms): void {
  server.maxConnections = connections;
  server.on("drop", () => server.closeIdleConnections());
  limitNetworks(server, terms);
  // From the moment in which the answer is complete; Node itself ends that wait when all of it is sent.
  function watch(this: ServerResponse): void {
    // Most answers have left with their last write.
    if (this.socket !== null && this.socket.writableLength > 0) this.socket.setTimeout(stallMs);
  }
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    response.on("prefinish", watch);
  });
}

/**
 * Nobody alone may take all places: of who has as many as are allowed, one that nobody uses is closed to make room, else
 * the new one is shut out. Connections of others are left alone.
 */
function limitNetworks(server: Server, { mostOfOne, plain, answers }: ConnectionTerms): void {
  const open = new Map<string, Set<Socket>>();
  const isInUse = (socket: Socket): boolean => answers.isAnswering(socket) || plain.isInUse(socket);
  server.on("connection", (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? "");
    const own = open.get(network) ?? new Set();
    if (own.size >= mostOfOne() && !makeRoom(own, isInUse)) {
      socket.destroy();
      return;
    }
    own.add(socket);
    open.set(network, own);
    socket.once("close", () => {
      own.delete(socket);
      if (own.size === 0 && open.get(network) === own) open.delete(network);
    });
  });
}

/** Closes the oldest connection that waits for a next request, and says whether there was one; who has asked for nothing yet is given the time for it. */
function makeRoom(own: Set<Socket>, isInUse: (socket: Socket) => boolean): boolean {
  for (const socket of own) {
    if (isInUse(socket) || socket.bytesWritten === 0) continue;
    own.delete(socket);
    socket.destroy();
    return true;
  }
  return false;
}

const MAPPED = "::ffff:";

/** An IPv4 address, or the first 64 bits of an IPv6 one, of which one client has as many as it likes. */
export function networkOf(address: string): string {
  if (address.startsWith(MAPPED) && address.includes(".")) return address.slice(MAPPED.length);
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  return [...first, ...Array.from({ length: zeros }, () => "0"), ...last].slice(0, 4).join(":");
}
