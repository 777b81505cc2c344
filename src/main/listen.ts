import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { addressOf } from "./address-of.ts";
import { listenError } from "./listen-error.ts";
import type { ListenAddress } from "./listen-error.ts";

/** Starts listening; a port that is taken is a `port_in_use`, an address that is no place to listen a `cannot_listen`. */
export async function listen(app: Pick<FastifyInstance, "listen">, { host, port }: ListenAddress): Promise<void> {
  try {
    await app.listen({ host: await addressOf(host), port });
  } catch (error) {
    throw listenError(error, { host, port });
  }
}

/** Requests under way have this long to finish when the server stops. */
export const DRAIN_MS = 30_000;

/** Requests whose answer is not out yet, calls and those of the admin API alike. */
export interface UnderWay {
  readonly count: number;
  /** Resolves when there is none, or after `ms`. */
  finished(ms: number): Promise<void>;
}

/** Counts requests from their head to the end of their answer. */
export function watchRequests({ server, plain }: Pick<FastifyInstance, "server" | "plain">): UnderWay {
  let count = 0;
  let onNone: (() => void) | null = null;
  const ended = (): void => {
    count -= 1;
    if (count === 0) onNone?.();
  };
  const begun = (): void => void (count += 1);
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    begun();
    response.on("close", ended);
  });
  plain.watch({ begun, ended });
  return {
    get count() {
      return count;
    },
    async finished(ms) {
      if (count === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, ms);
      onNone = resolve;
      await promise;
      clearTimeout(timer);
    },
  };
}

/** How often calls are looked at whose client has left and whose books are not closed yet. */
const LOOK_MS = 20;

/** What is waited for when the server stops. */
export interface DrainTerms {
  readonly underWay: UnderWay;
  readonly inFlight: () => number;
}

/**
 * Takes no new connections, waits for requests under way, at most `DRAIN_MS`, and closes the rest: connections that
 * have sent no whole head keep nobody waiting.
 */
export async function drain(app: FastifyInstance, { underWay, inFlight }: DrainTerms): Promise<void> {
  const deadline = performance.now() + DRAIN_MS;
  app.server.close();
  app.server.closeIdleConnections();
  await underWay.finished(DRAIN_MS);
  while (inFlight() > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  app.server.closeAllConnections();
  await app.close();
}
