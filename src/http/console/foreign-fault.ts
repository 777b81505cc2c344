import type { FastifyRequest } from "fastify";

/** What a page's request says about itself. */
type PageRequest = Pick<FastifyRequest, "headers" | "method">;

const isSafe = (method: string): boolean => method === "GET" || method === "HEAD";

/**
 * Why a request with our cookie was not made by our own page; `null` when it was. Three signs, each enough by itself in
 * a browser of today: what the browser says of its relation to us (Fetch Metadata), the page's origin, and a header
 * that no other origin can send without asking first. Requests that change nothing have only the first: an event
 * stream cannot carry a header, and no other origin can read the answer.
 */
export function foreignFault({ headers, method }: PageRequest): string | null {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return "it comes from another site";
  if (isSafe(method)) return null;
  if (headers["x-rollward-console"] !== "1") return "it lacks the console's header";
  const { origin, host } = headers;
  if (origin === undefined) return "it names no origin";
  return isOurs(origin, host) ? null : "it comes from another origin";
}

function isOurs(origin: string, host: string | undefined): boolean {
  try {
    const { protocol, host: from } = new URL(origin);
    return from === new URL(`${protocol}//${host ?? ""}`).host;
  } catch {
    return false;
  }
}
