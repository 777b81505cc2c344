import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { RollwardError } from "../../domain/errors.ts";
import { waitingPage, WAITING_POLICY } from "./waiting-page.ts";

/** A file of the built console, ready to be sent. */
export interface SiteFile {
  readonly type: string;
  readonly etag: string;
  /** Whether what is at its address never changes. */
  readonly isImmutable: boolean;
  readonly body: Buffer;
  readonly brotli: Buffer | null;
  readonly gzip: Buffer | null;
}

/** Why there is no console: it is being made, making it failed, or it was not shipped and cannot be made here. */
export type SiteStanding = "ready" | "building" | "failed" | "absent";

/** The built console. */
export interface ConsoleSite {
  /** By its path, `/index.html`; `null` when there is none. */
  file(path: string): Promise<SiteFile | null>;
  standing(): Promise<SiteStanding>;
}

/** Nothing but what this server itself sends, no inline code, no inline styles, no frames. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const HEADERS = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
} as const;

/** First parts of addresses that belong to programs: what is not there is answered in JSON, never with a page. */
const PROGRAMS = /^\/(v1|api|admin|metrics|status|ofrep|healthz|readyz|assets)(\/|$)/;

const A_YEAR_S = 31_536_000;

/** Serves the console under `/`: its files, and its one page for every address that a person opens and nobody else has. */
export function serveSite(app: FastifyInstance, site: ConsoleSite): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = request.url.split("?")[0] ?? "/";
    const file = path === "/" ? null : await site.file(path);
    if (file !== null) return sendFile(request, reply, file);
    if (PROGRAMS.test(path) || (path !== "/" && !wantsPage(request))) {
      throw new RollwardError("route_not_found", { method: request.method, path: path.slice(0, 200) });
    }
    const page = await site.file("/index.html");
    return page === null ? sendWaiting(reply, await site.standing()) : sendFile(request, reply, page);
  };
  app.get("/", answer);
  app.get("/*", answer);
}

/**
 * Whether a person's browser asks, and not a program that took a wrong address: a probe that takes anything would find
 * every address in good health.
 */
const wantsPage = ({ headers }: FastifyRequest): boolean => headers.accept?.includes("text/html") === true;

function sendFile(request: FastifyRequest, reply: FastifyReply, file: SiteFile): FastifyReply {
  reply.headers({
    ...HEADERS,
    "content-security-policy": POLICY,
    "cache-control": file.isImmutable ? `public, max-age=${A_YEAR_S}, immutable` : "no-cache",
    etag: file.etag,
    vary: "accept-encoding",
  });
  if (request.headers["if-none-match"]?.includes(file.etag) === true) return reply.code(304).send();
  const accepted = request.headers["accept-encoding"] ?? "";
  const brotli = /\bbr\b/.test(accepted) ? file.brotli : null;
  const gzip = /\bgzip\b/.test(accepted) ? file.gzip : null;
  if (brotli !== null) reply.header("content-encoding", "br");
  else if (gzip !== null) reply.header("content-encoding", "gzip");
  return reply.type(file.type).send(brotli ?? gzip ?? file.body);
}

const sendWaiting = (reply: FastifyReply, standing: SiteStanding): FastifyReply =>
  reply
    .code(standing === "building" ? 200 : 503)
    .headers({ ...HEADERS, "content-security-policy": WAITING_POLICY, "cache-control": "no-store" })
    .type("text/html; charset=utf-8")
    .send(waitingPage(standing));
