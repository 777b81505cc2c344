import type { FastifyReply } from "fastify";
import { RollwardError } from "../domain/errors.ts";
import { anthropicMessages } from "./dialects/anthropic-messages/index.ts";
import { openAiChat } from "./dialects/openai-chat/index.ts";
import { isOfrep, ofrepFailure } from "./ofrep-error.ts";

/** Answers with an error outside a call: in the form of Anthropic or OFREP on their addresses, in OpenAI's on all others. */
export function answerError(reply: FastifyReply, error: RollwardError, id: string): void {
  const { url } = reply.request;
  const { retryAfter } = error.details;
  if (retryAfter !== undefined && retryAfter !== null) reply.header("retry-after", retryAfter);
  if (isOfrep(url)) return answerOfrep(reply, error, url);
  const dialect = isAnthropic(url) ? anthropicMessages : openAiChat;
  const body = dialect.errorBody(error, id);
  void reply.code(error.status).header("content-type", "application/json; charset=utf-8").send(body);
}

function answerOfrep(reply: FastifyReply, error: RollwardError, url: string): void {
  void reply.code(error.status).send(ofrepFailure(error, url));
}

/** Whether an address is one of the Messages API, whatever its query. */
const isAnthropic = (url: string): boolean => /^\/v1\/messages(?:[/?]|$)/.test(url);

/** Fastify's own errors and anything thrown, as errors of the table. */
export function toRollwardError(thrown: unknown): RollwardError {
  if (thrown instanceof RollwardError) return thrown;
  const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : null;
  return code === "FST_ERR_CTP_INVALID_MEDIA_TYPE"
    ? new RollwardError("unsupported_media_type", { type: "that is not JSON" }, thrown)
    : RollwardError.from(thrown);
}
