import { Socket } from "node:net";
import { buildConnector } from "undici";
import { guardedLookup } from "../../../kit/guarded-lookup.ts";
import { DIRECT } from "../../../kit/outbound-proxy.ts";
import type { ProxyFor } from "../../../kit/outbound-proxy.ts";
import { proxiedConnector } from "../../../kit/proxied-connector.ts";
import type { Connect, ConnectTarget } from "../../../kit/proxied-connector.ts";

/** Where to connect to. */
export interface ConnectorTerms {
  readonly origin: string;
  /** Whether a host name may resolve to a private address. */
  readonly allowPrivate: boolean;
  /** Absent is none. */
  readonly proxyFor?: ProxyFor | undefined;
}

/** Hears what came of opening a connection. */
export type Connected = (result: Socket | Error) => void;

/** Connectors kept, one for each connect timeout in use; there are as many as policies differ. */
const MOST_CONNECTORS = 16;

/** Opens connections to one origin: TCP or TLS, to addresses that were checked or through the proxy that leads there. */
export class Connector {
  readonly #lookup: ReturnType<typeof guardedLookup>;
  readonly #proxyFor: ProxyFor;
  readonly #target: ConnectTarget;
  readonly #connectors = new Map<number, Connect>();
  readonly #opening = new Set<Socket>();

  constructor({ origin, allowPrivate, proxyFor = DIRECT }: ConnectorTerms) {
    const { protocol, host, hostname, port } = new URL(origin);
    // An address of version 6 stands in brackets, which are the URL's and not its own.
    this.#target = { protocol, host, port, hostname: hostname.replace(/^\[(.*)\]$/, "$1") };
    this.#lookup = guardedLookup(allowPrivate);
    this.#proxyFor = proxyFor;
  }

  /** Opens a connection within `timeoutMs`, to the second. */
  open(timeoutMs: number, connected: Connected): void {
    const socket: unknown = this.#connector(timeoutMs)(this.#target, (error, opened) => {
      if (error === null) this.#opening.delete(opened);
      connected(error ?? opened);
    });
    if (!(socket instanceof Socket)) return;
    this.#opening.add(socket);
    socket.once("close", () => this.#opening.delete(socket));
  }

  /** Ends what is being opened; nobody hears of it. */
  close(): void {
    for (const socket of this.#opening) socket.destroy();
  }

  /** A connector keeps TLS sessions, so that it is used again. */
  #connector(timeoutMs: number): Connect {
    const known = this.#connectors.get(timeoutMs);
    if (known !== undefined) return known;
    if (this.#connectors.size >= MOST_CONNECTORS) this.#connectors.clear();
    const shared = { allowH2: false, timeout: timeoutMs };
    const straight = buildConnector({ ...shared, lookup: this.#lookup });
    const connector = proxiedConnector({
      proxyFor: this.#proxyFor,
      timeoutMs,
      straight,
      inTunnel: buildConnector(shared),
    });
    this.#connectors.set(timeoutMs, connector);
    return connector;
  }
}
