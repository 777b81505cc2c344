import type { AnswerForm, IncomingRequest } from "../../../ports/dialect.ts";

/** Content type of a stream and of a whole answer. */
const STREAM = "text/event-stream; charset=utf-8";
const WHOLE = "application/json; charset=utf-8";

/** `stream` and `stream_options.include_usage` of a request that was read. */
export function answerForm({ stream, body }: IncomingRequest): AnswerForm & { readonly contentType: string } {
  const options = body["stream_options"];
  const asked = typeof options === "object" && options !== null && "include_usage" in options;
  return { stream, usageInStream: asked && options.include_usage === true, contentType: stream ? STREAM : WHOLE };
}
