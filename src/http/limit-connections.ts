import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { EdgeLimits } from "./edge-limits.ts";

/** How many connections one network may have, as the configuration in force says. */
type MostOfOne = () => number;

/**
 * Bounds the connections of a server, all together and of one network. Those that nobody uses make room for those that
 * somebody wants; a client that does not read is let go.
 */
export function limitConnections(server: Server, { connections, stallMs }: EdgeLimits, mostOfOne: MostOfOne): void {
  server.maxConnections = connections;
  server.on("drop", () => server.closeIdleConnections());
  limitNetworks(server, mostOfOne);
  // From the moment in which the answer is complete; Node itself ends that wait when all of it is sent.
  function watch(this: ServerResponse): void {
    // Most answers have left with their last write.
    if (this.socket !== null && this.socket.writableLength > 0) this.socket.setTimeout(stallMs);
  }
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    response.on("prefinish", watch);
  });
}

/** Nobody alone may take all places: who has as many as are allowed is shut out, and the others are not. */
function limitNetworks(server: Server, mostOfOne: MostOfOne): void {
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? "");
    const before = open.get(network) ?? 0;
    if (before >= mostOfOne()) {
      server.closeIdleConnections();
      socket.destroy();
      return;
    }
    open.set(network, before + 1);
    socket.once("close", () => {
      const left = (open.get(network) ?? 1) - 1;
      if (left === 0) open.delete(network);
      else open.set(network, left);
    });
  });
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
