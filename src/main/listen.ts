import type { FastifyInstance } from "fastify";
import { RollwardError } from "../domain/errors.ts";

/** Starts listening; a port that is taken is a `port_in_use`. */
export async function listen(
  app: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      throw new RollwardError("port_in_use", { host, port }, error);
    }
    throw error;
  }
}

/** Calls in flight have this long to finish when the server stops. */
const DRAIN_MS = 30_000;
const LOOK_MS = 20;

/** Takes no new connections and waits for calls in flight, at most `DRAIN_MS`. */
export async function drain(app: FastifyInstance, load: { readonly inFlight: number }): Promise<void> {
  app.server.close();
  app.server.closeIdleConnections();
  const deadline = performance.now() + DRAIN_MS;
  while (load.inFlight > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  app.server.closeAllConnections();
  await app.close();
}
