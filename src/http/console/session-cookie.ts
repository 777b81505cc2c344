import type { FastifyRequest } from "fastify";
import { SESSION_MS } from "../../domain/access/console-session.ts";

const TOKEN = /^[0-9a-f]{64}$/;

/** What a request says of where it came from. */
type Place = Pick<FastifyRequest, "headers">;

/** Cookies know no ports: without its own in the name, two servers of one machine would sign each other out. */
const portOf = ({ headers }: Place): string => /:(\d{1,5})$/.exec(headers.host ?? "")?.[1] ?? "";

const plainName = (request: Place): string => `rollward${portOf(request)}`;

/** Only a page of this very host, over TLS and for all paths, can set a cookie of this name: none is foisted on us. */
const hostName = (request: Place): string => `__Host-${plainName(request)}`;

/**
 * The token of the cookie; `null` when there is none that could be ours. Over TLS the protected name is the only one: a page
 * of a sibling host can set the plain one, with a session of its own.
 */
export function sessionTokenIn(request: Place): string | null {
  const cookies = new Map<string, string>();
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, part.slice(at + 1).trim());
  }
  const own = cookies.get(hostName(request));
  // What only reads from this very machine says nothing of TLS: the protected cookie was set over it all the same.
  const token = isOverTls(request) ? own : (own ?? cookies.get(plainName(request)));
  return token !== undefined && TOKEN.test(token) ? token : null;
}

/**
 * Whether the page that asks was reached over TLS, whatever stands in between. Its browser says so in `Origin`; what only
 * reads has none, but Fetch Metadata, which browsers send over TLS and to this very machine alone.
 */
function isOverTls({ headers }: Place): boolean {
  const { origin, host = "" } = headers;
  if (origin?.startsWith("https://") === true) return true;
  if (origin?.startsWith("http://") === true) return false;
  return headers["sec-fetch-site"] !== undefined && !LOOPBACK.test(host);
}

const LOOPBACK = /^(?:(?:[a-z0-9-]{1,63}\.){0,8}localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i;

/** A `Set-Cookie` that signs in; no script can read it, and no other site's request carries it. */
export const signedInCookie = (request: Place, token: string): string => cookieOf(request, token, SESSION_MS / 1_000);

/** A `Set-Cookie` that signs out. */
export const signedOutCookie = (request: Place): string => cookieOf(request, "", 0);

function cookieOf(request: Place, value: string, maxAge: number): string {
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`;
  return isOverTls(request)
    ? `${hostName(request)}=${value}; ${attributes}; Secure`
    : `${plainName(request)}=${value}; ${attributes}`;
}
