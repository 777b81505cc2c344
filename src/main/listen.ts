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

/** How long it may take until those have heard it whose calls the server has ended: long enough for a slow network, ms. */
const LAST_WORDS_MS = 2_000;

/** How long calls under way may keep a server that stops. */
export const STOP_MS = DRAIN_MS + LAST_WORDS_MS;

/** What is waited for when the server stops. */
export interface DrainTerms {
  readonly underWay: UnderWay;
  readonly inFlight: () => number;
  /** Ends the calls that are still under way: their clients are told so. */
  readonly endCalls: () => void;
  /** How long requests under way may take, ms. */
  readonly drainMs: number;
}

/**
 * Takes no new connections, waits for requests under way, at most `drainMs`, tells the clients of calls that they are ended by the
 * stop, and closes the rest: connections that have sent no whole head keep nobody waiting.
 */
export async function drain(app: FastifyInstance, { endCalls, drainMs, ...waited }: DrainTerms): Promise<void> {
  app.server.close();
  app.server.closeIdleConnections();
  await finished(waited, drainMs);
  endCalls();
  await finished(waited, LAST_WORDS_MS);
  app.server.closeAllConnections();
  await app.close();
}

async function finished({ underWay, inFlight }: Pick<DrainTerms, "underWay" | "inFlight">, ms: number): Promise<void> {
  const deadline = performance.now() + ms;
  await underWay.finished(ms);
  while (inFlight() > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
