import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import type { Reply } from "../../ports/reply.ts";
import { cacheWishIn, checkCacheWish } from "../cache-wish.ts";
import { boundReply } from "../bound-reply.ts";
import { callerOf, headerOf, identifyCaller } from "../caller.ts";
import { anthropicMessages } from "../dialects/anthropic-messages/index.ts";
import { createRawReply } from "../raw-reply.ts";
import { anthropicHeaders } from "./anthropic-headers.ts";
import { traceIn } from "../trace-in.ts";

/** `POST /v1/messages` in Anthropic's dialect. `stallMs` is how long a client may take nothing of a stream. */
export function messages(app: FastifyInstance, gateway: Gateway, stallMs: number): void {
  app.post("/v1/messages", { onRequest: [identifyCaller(gateway), checkCacheWish] }, (request, reply) => {
    const headers = anthropicHeaders(request);
    reply.hijack();
    return handle(gateway, {
      dialect: anthropicMessages,
      bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      key: callerOf(request),
      sessionHeader: headerOf(request, "x-rollward-session"),
      preview: headerOf(request, "x-rollward-preview"),
      trace: traceIn(request),
      cacheWish: cacheWishIn(request),
      headers,
      reply: withRequestId(createRawReply(request.raw, reply.raw, stallMs)),
    });
  });
}

/** Anthropic's clients show the header `request-id` with every error: it is the call's id here. */
function withRequestId(reply: Reply): Reply {
  return {
    ...boundReply(reply),
    head(status, headers) {
      const id = headers["x-rollward-call"];
      reply.head(status, id === undefined ? headers : { ...headers, "request-id": id });
    },
  };
}
