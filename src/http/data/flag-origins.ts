import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Environments } from "../../gateway/gateway.ts";
import { headerOf } from "../header-of.ts";
import { OFREP_FLAGS } from "../ofrep-error.ts";

/** How long a browser may remember what a preflight said, seconds. */
const REMEMBERED_S = 600;

/** What scripts may send and read; credentials go in a header, so cookies stay out of it. */
const SENT = "authorization, content-type, if-none-match, x-api-key";
const READ = "etag, retry-after";

/**
 * An `onRequest` hook: lets the pages of `flag_origins` read answers with their scripts (https://fetch.spec.whatwg.org/#http-cors-protocol).
 * A preflight carries no key, so an origin of any environment is one.
 */
export function allowOrigins(environments: Environments) {
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const origin = headerOf(request, "origin");
    reply.header("vary", "origin");
    if (origin !== null && isAllowed(environments, origin)) {
      reply.headers({ "access-control-allow-origin": origin, "access-control-expose-headers": READ });
    }
    done();
  };
}

/** Answers what browsers ask before they send a script's request for flags. */
export function answerPreflights(app: FastifyInstance, environments: Environments): void {
  for (const url of [OFREP_FLAGS, `${OFREP_FLAGS}/:key`]) {
    app.options(url, { onRequest: allowOrigins(environments) }, (_request, reply) => {
      if (reply.hasHeader("access-control-allow-origin")) {
        reply.headers({
          "access-control-allow-methods": "POST",
          "access-control-allow-headers": SENT,
          "access-control-max-age": REMEMBERED_S,
        });
      }
      return reply.code(204).send();
    });
  }
}

const isAllowed = (environments: Environments, origin: string): boolean =>
  environments.all().some((gateway) => gateway.settings().flagOrigins?.includes(origin) === true);
