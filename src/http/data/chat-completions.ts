import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { createRawReply } from "../raw-reply.ts";

/** `POST /v1/chat/completions` in OpenAI's dialect. */
export function chatCompletions(app: FastifyInstance, gateway: Gateway): void {
  app.post("/v1/chat/completions", (request, reply) => {
    reply.hijack();
    return handle(gateway, {
      dialect: openAiChat,
      bytes: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
      credential: credentialOf(request),
      sessionHeader: headerOf(request, "x-rollward-session"),
      reply: createRawReply(request.raw, reply.raw),
    });
  });
}

/** The presented key: `Authorization: Bearer …`, or `x-api-key` as some clients send it. */
export function credentialOf(request: FastifyRequest): string | null {
  const authorization = headerOf(request, "authorization");
  if (authorization === null) return headerOf(request, "x-api-key");
  const [scheme = "", token = "", ...rest] = authorization.split(" ");
  if (scheme.toLowerCase() !== "bearer" || rest.length > 0) return authorization;
  return token === "" ? null : token;
}

function headerOf(request: FastifyRequest, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" ? value : null;
}
