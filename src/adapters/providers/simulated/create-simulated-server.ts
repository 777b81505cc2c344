import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import type { Clock } from "../../../ports/clock.ts";
import { Connection } from "./connection.ts";
import type { SimulatedStats } from "./ledger.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";
import { Simulator } from "./simulator.ts";

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

/** What the page shows: bodies as text, no keys, for anybody on this machine may look. */
const readable = (stats: SimulatedStats): unknown => ({
  ...stats,
  lastCalls: stats.lastCalls.map(({ headers, body, ...call }) => {
    const { authorization, ...others } = headers;
    const shown = authorization === undefined ? others : { ...others, authorization: "[not shown]" };
    return { ...call, headers: shown, body: body.toString("utf8") };
  }),
});
