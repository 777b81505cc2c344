import { Socket } from "node:net";
import { Pool, buildConnector } from "undici";
import type { Dispatcher } from "undici";
import { RollwardError } from "../../../domain/errors.ts";
import { guardedLookup } from "../../../kit/guarded-lookup.ts";

/** One origin and how it is connected to. */
export interface UpstreamSettings {
  readonly origin: string;
  readonly connections: number;
  readonly allowPrivate: boolean;
}

/** Calls that may wait for a connection, per connection: enough for a burst, bounded in an outage. */
const WAITING_PER_CONNECTION = 4;
/** Connectors kept, one for each connect timeout in use; there are as many as policies differ. */
const MOST_CONNECTORS = 16;

/** The connections to one origin. */
export class Upstream {
  readonly #pool: Pool;
  readonly #settings: UpstreamSettings;
  readonly #connectors = new Map<number, buildConnector.connector>();
  readonly #connecting = new Set<Socket>();
  #connectMs = 0;
  #waiting = 0;

  constructor(settings: UpstreamSettings) {
    this.#settings = settings;
    this.#pool = new Pool(settings.origin, {
      connections: settings.connections,
      connect: (options, callback) => this.#connect(options, callback),
      pipelining: 1,
      allowH2: false,
      // The gateway times first token, gaps and the whole answer itself.
      headersTimeout: 0,
      bodyTimeout: 0,
      // Servers that give no hint close idle connections after 5 s or later; a race with that close costs a call.
      keepAliveTimeout: 4_000,
    });
  }

  /**
   * Hands a request to a free connection, now or when there is one; the handler's `onRequestStart` or
   * `onResponseError` must call `left` once. Throws `provider_unreachable` when too many wait already.
   */
  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler, terms: WaitTerms): void {
    if (this.#waiting >= this.#settings.connections * WAITING_PER_CONNECTION) {
      const reason = "too many calls wait for a connection already";
      throw new RollwardError("provider_unreachable", { provider: terms.provider, reason });
    }
    this.#waiting += 1;
    this.#connectMs = terms.connectMs;
    this.#pool.dispatch(options, handler);
  }

  /** A request no longer waits for a connection. */
  left(): void {
    this.#waiting -= 1;
  }

  /** Ends every connection; requests under way fail. */
  async close(): Promise<void> {
    const closed = this.#pool.destroy();
    for (const socket of this.#connecting) socket.destroy();
    await closed;
  }

  /** undici times connections, not requests; so a connection takes the limit of the newest request. */
  #connect(options: buildConnector.Options, callback: buildConnector.Callback): void {
    const socket: unknown = this.#connector(this.#connectMs)(options, callback);
    // Until it is connected the pool does not know the socket and could not end it.
    if (!(socket instanceof Socket)) return;
    this.#connecting.add(socket);
    const forget = (): void => void this.#connecting.delete(socket);
    socket.once("connect", forget).once("close", forget);
  }

  #connector(timeoutMs: number): buildConnector.connector {
    const known = this.#connectors.get(timeoutMs);
    if (known !== undefined) return known;
    if (this.#connectors.size >= MOST_CONNECTORS) this.#connectors.clear();
    const lookup = guardedLookup(this.#settings.allowPrivate);
    const connector = buildConnector({ allowH2: false, timeout: timeoutMs, lookup });
    this.#connectors.set(timeoutMs, connector);
    return connector;
  }
}

/** Who waits, and how long a connection may take to open. */
export interface WaitTerms {
  readonly provider: string;
  readonly connectMs: number;
}
