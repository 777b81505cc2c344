import type { AnswerForm, IncomingRequest } from "../../../ports/dialect.ts";

/** `stream` of a request that was read. Streams of the Messages API always tell their usage. */
export const answerForm = ({ stream }: IncomingRequest): AnswerForm & { readonly contentType: string } => ({
  stream,
  usageInStream: true,
  contentType: stream ? "text/event-stream; charset=utf-8" : "application/json; charset=utf-8",
});
