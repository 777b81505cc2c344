import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import type { Socket } from "node:net";
import type { OutboundProxy, ProxyFor } from "./outbound-proxy.ts";

/** Where a connection leads, as undici's connectors take it. */
export interface ConnectTarget {
  readonly protocol: string;
  /** Without brackets. */
  readonly hostname: string;
  /** Empty for the protocol's own. */
  readonly port: string;
  readonly host?: string;
  readonly servername?: string;
  /** A connection that stands already, to speak TLS on. */
  readonly httpSocket?: Socket;
}

/** Opens a connection and calls back once. */
export type Connect = (
  target: ConnectTarget,
  connected: (...result: [error: null, socket: Socket] | [error: Error, socket: null]) => void,
) => unknown;

/** What connects where there is a proxy, and where there is none. */
export interface ProxiedTerms {
  readonly proxyFor: ProxyFor;
  /** Longest time until a tunnel stands, milliseconds; TLS in it has its own. */
  readonly timeoutMs: number;
  /** Connects straight, to an address that was checked. */
  readonly straight: Connect;
  /** Speaks TLS on a tunnel; what lies behind a proxy is the proxy's to look up. */
  readonly inTunnel: Connect;
}

/** A proxy that did not let a connection through. `ROLLWARD_PROXY_403` carries its status. */
export class ProxyFailure extends Error {
  readonly code: string;

  constructor(code: "ROLLWARD_PROXY_AWAY" | `ROLLWARD_PROXY_${number}`, words: string, options?: ErrorOptions) {
    super(words, options);
    this.code = code;
  }
}

/** Connects straight to a target, or through the proxy that leads to it. */
export function proxiedConnector({ proxyFor, timeoutMs, straight, inTunnel }: ProxiedTerms): Connect {
  return (target, connected) => {
    const proxy = proxyFor(addressOf(target));
    if (proxy === null) return straight(target, connected);
    openTunnel(proxy, { target, timeoutMs }, (result) => {
      if (result instanceof Error) connected(result, null);
      else if (target.protocol !== "https:") connected(null, result);
      else inTunnel({ ...target, servername: target.servername ?? target.hostname, httpSocket: result }, connected);
    });
    return undefined;
  };
}

const hostOf = ({ hostname }: ConnectTarget): string => (hostname.includes(":") ? `[${hostname}]` : hostname);

const portOf = ({ port, protocol }: ConnectTarget): string =>
  port === "" ? (protocol === "https:" ? "443" : "80") : port;

const addressOf = (target: ConnectTarget): URL => new URL(`${target.protocol}//${hostOf(target)}:${portOf(target)}`);

interface TunnelTerms {
  readonly target: ConnectTarget;
  readonly timeoutMs: number;
}

/** Asks a proxy for a way to the target (`CONNECT`, RFC 9110, section 9.3.6), on a connection of its own. */
function openTunnel(
  { origin, authorization }: OutboundProxy,
  { target, timeoutMs }: TunnelTerms,
  opened: (result: Socket | Error) => void,
): void {
  const path = `${hostOf(target)}:${portOf(target)}`;
  const headers = { host: path, ...(authorization !== null && { "proxy-authorization": authorization }) };
  const request = origin.startsWith("https:") ? secureRequest : plainRequest;
  const asked = request(origin, { method: "CONNECT", path, headers, agent: false });
  const timer = setTimeout(() => asked.destroy(tooSlow()), timeoutMs);
  asked.once("connect", ({ statusCode = 0 }, socket: Socket, early) => {
    clearTimeout(timer);
    if (statusCode >= 200 && statusCode <= 299) {
      if (early.length > 0) socket.unshift(early);
      return opened(socket);
    }
    socket.on("error", () => {}).destroy();
    opened(new ProxyFailure(`ROLLWARD_PROXY_${statusCode}`, `The proxy answered ${statusCode}.`));
  });
  asked.once("error", (error) => {
    clearTimeout(timer);
    const isLate = "code" in error && error.code === TOO_SLOW;
    opened(isLate ? error : new ProxyFailure("ROLLWARD_PROXY_AWAY", "The proxy is away.", { cause: error }));
  });
  asked.end();
}

/** As undici's connectors say it. */
const TOO_SLOW = "UND_ERR_CONNECT_TIMEOUT";

const tooSlow = (): Error => Object.assign(new Error("The proxy gave no answer in time."), { code: TOO_SLOW });
