import type { FastifyReply } from "fastify";
import { RollwardError } from "../domain/errors.ts";
import { openAiChat } from "./dialects/openai-chat/index.ts";

/** Answers with an error outside a call: the same body shape on every address of the server. */
export function answerError(reply: FastifyReply, error: RollwardError, id: string): void {
  const body = openAiChat.errorBody(error, id);
  void reply.code(error.status).header("content-type", "application/json; charset=utf-8").send(body);
}

/** Fastify's own errors and anything thrown, as errors of the table. */
export function toRollwardError(thrown: unknown, limitBytes: number): RollwardError {
  if (thrown instanceof RollwardError) return thrown;
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : null;
  switch (code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new RollwardError("body_too_large", { limitBytes }, thrown);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new RollwardError("unsupported_media_type", { type: "that is not JSON" }, thrown);
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new RollwardError("malformed_http", { reason: "the content length does not match the body" }, thrown);
    default:
      return RollwardError.from(thrown);
  }
}
