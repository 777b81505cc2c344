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

/** The token of the cookie; `null` when there is none that could be ours. The protected name comes first. */
export function sessionTokenIn(request: Place): string | null {
  const cookies = new Map<string, string>();
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at > 0 && !cookies.has(name)) cookies.set(name, part.slice(at + 1).trim());
  }
  const token = cookies.get(hostName(request)) ?? cookies.get(plainName(request));
  return token !== undefined && TOKEN.test(token) ? token : null;
}

/** Whether the page that asks was reached over TLS: its browser says so in `Origin`, whatever stands in between. */
const isSecure = ({ headers }: Place): boolean => headers.origin?.startsWith("https://") === true;

/** A `Set-Cookie` that signs in; no script can read it, and no other site's request carries it. */
export const signedInCookie = (request: Place, token: string): string => cookieOf(request, token, SESSION_MS / 1_000);

/** A `Set-Cookie` that signs out. */
export const signedOutCookie = (request: Place): string => cookieOf(request, "", 0);

function cookieOf(request: Place, value: string, maxAge: number): string {
  const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAge}`;
  return isSecure(request)
    ? `${hostName(request)}=${value}; ${attributes}; Secure`
    : `${plainName(request)}=${value}; ${attributes}`;
}
