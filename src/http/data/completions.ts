import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { callerOf, headerOf, identifyCaller } from "../caller.ts";
import { openAiCompletions } from "../dialects/openai-completions/index.ts";
import { createRawReply } from "../raw-reply.ts";
import { traceIn } from "../trace-in.ts";

/** `POST /v1/completions`: OpenAI's older completions. `stallMs` is how long a client may take nothing of an answer. */
export function completions(app: FastifyInstance, gateway: Gateway, stallMs: number): void {
  app.post("/v1/completions", { onRequest: identifyCaller(gateway) }, (request, reply) => {
    reply.hijack();
    return handle(gateway, {
      dialect: openAiCompletions,
      bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      key: callerOf(request),
      sessionHeader: headerOf(request, "x-rollward-session"),
      preview: headerOf(request, "x-rollward-preview"),
      trace: traceIn(request),
      reply: createRawReply(request.raw, reply.raw, stallMs),
    });
  });
}
