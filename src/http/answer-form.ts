/**
 * How an answer goes out: `whole` is held until its end, so that it leaves in one piece with its length; `events` and
 * `bytes` (sound, files) are handed on as they come.
 */
export type AnswerForm = "whole" | "events" | "bytes";

/** By the type of its content. */
export function answerFormOf(contentType: string): AnswerForm {
  if (contentType.startsWith("application/json")) return "whole";
  return contentType.startsWith("text/event-stream") ? "events" : "bytes";
}
