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
  reply.head(200, { ...answerHeaders(call), "content-type": form.contentType });
  try {
    await attempt.pump((bytes) => {
      call.answer.push(bytes);
      return reply.write(bytes);
    });
    reply.end();
    call.ending = { outcome: "ok", error: null };
  } catch (error) {
    breakOff(call, RollwardError.from(error));
  } finally {
    call.firstTokenMs = attempt.firstTokenMs;
    call.finishReason = attempt.source.facts.finishReason;
    call.attempts.push(attempt.record());
  }
}

function breakOff(call: OpenCall, error: RollwardError): void {
  if (call.abandoned) {
    call.ending = { outcome: "abandoned", error: null };
    return;
  }
  call.ending = { outcome: "failed", error };
  const event = call.arrival.dialect.errorEvent(error, call.id);
  call.answer.push(event);
  call.arrival.reply.end(event);
}
