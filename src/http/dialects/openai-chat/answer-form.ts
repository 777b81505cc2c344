import type { AnswerForm, IncomingRequest } from "../../../ports/dialect.ts";

/** `stream` and `stream_options.include_usage` of a request that was read. */
export function answerForm({ stream, body }: IncomingRequest): AnswerForm {
  const options = body["stream_options"];
  const asked = typeof options === "object" && options !== null && "include_usage" in options;
  return { stream, usageInStream: asked && options.include_usage === true };
}
