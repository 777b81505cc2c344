import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { cacheWishIn, checkCacheWish } from "../cache-wish.ts";
import { callerOf, headerOf, identifyCaller } from "../caller.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { createRawReply } from "../raw-reply.ts";
import { traceIn } from "../trace-in.ts";

/** `POST /v1/chat/completions` in OpenAI's dialect. `stallMs` is how long a client may take nothing of a stream. */
export function chatCompletions(app: FastifyInstance, gateway: Gateway, stallMs: number): void {
  app.post("/v1/chat/completions", { onRequest: [identifyCaller(gateway), checkCacheWish] }, (request, reply) => {
    reply.hijack();
    return handle(gateway, {
      dialect: openAiChat,
      bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      key: callerOf(request),
      sessionHeader: headerOf(request, "x-rollward-session"),
      preview: headerOf(request, "x-rollward-preview"),
      trace: traceIn(request),
      cacheWish: cacheWishIn(request),
      reply: createRawReply(request.raw, reply.raw, stallMs),
    });
  });
}
