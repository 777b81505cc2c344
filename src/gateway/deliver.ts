import { RollwardError } from "../domain/errors.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { Attempt } from "./attempt/attempt.ts";
import type { OpenCall } from "./open-call.ts";
import { present } from "./present.ts";

/**
 * Hands the answer to the client. A stream that breaks ends with an explicit error event and without
 * its sentinel, so that it never looks complete.
 */
export async function deliver(call: OpenCall, attempt: Attempt): Promise<void> {
  const { dialect, reply } = call.arrival;
  const form = dialect.answerForm(present(call.request));
  reply.onDrain(() => attempt.resume());
  call.status = 200;
  const contentType = form.contentType ?? attempt.source.contentType ?? "application/octet-stream";
  const headers = answerHeaders(call);
  headers["content-type"] = contentType;
  reply.head(200, headers);
  try {
    let length = 0;
    const { recordBytes = Number.POSITIVE_INFINITY } = dialect;
    const rest = attempt.pump((bytes) => {
      length += bytes.length;
      if (length <= recordBytes) call.answer.push(bytes);
      // What is too large for the record is not kept alive until the end either.
      else call.answer.length = 0;
      return reply.write(bytes);
    });
    if (rest !== null) await rest;
    reply.end();
    call.ending = { outcome: "ok", error: null };
  } catch (error) {
    breakOff(call, RollwardError.from(error), contentType);
  } finally {
    call.firstTokenMs = attempt.firstTokenMs;
    if (call.abandoned) call.quietMs = attempt.quietMs;
    call.answerFacts = attempt.source.facts;
    call.finishReason = attempt.source.facts.finishReason;
    call.attempts.push(attempt.record());
  }
}

function breakOff(call: OpenCall, thrown: RollwardError, contentType: string): void {
  const { stopped = null } = call;
  const error = stopped ?? thrown;
  if (call.abandoned && stopped === null) {
    call.ending = { outcome: "abandoned", error: null };
    return;
  }
  call.ending = { outcome: "failed", error };
  // Sound or a file has no place for an error: only a broken connection is honest.
  if (!contentType.startsWith("text/event-stream")) return call.arrival.reply.destroy();
  const event = call.arrival.dialect.errorEvent(error, call.id);
  call.answer.push(event);
  call.arrival.reply.end(event);
}
