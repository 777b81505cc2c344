import type { RollwardError } from "../domain/errors.ts";
import type { Dialect } from "../ports/dialect.ts";
import { answerHeaders } from "./answer-headers.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { referenceOfOpen } from "./reference-of-open.ts";

/** Provider errors whose own words a client of the same dialect understands best. */
const HANDED_ON: ReadonlySet<string> = new Set([
  "provider_refused_request",
  "provider_context_overflow",
  "provider_content_policy",
  "provider_rate_limited",
  "provider_error",
]);

/** Ends a call that has no answer to deliver: an honest error, or silence when the client has left. */
export function refuse(gateway: Gateway, call: OpenCall, thrown: RollwardError): void {
  // The client is told that the log knows more.
  if (thrown.code === "internal")
    gateway.announcer.troubled(`answering ${call.id}`, thrown.cause ?? thrown, referenceOfOpen(call));
  if (call.ending !== null) return;
  const { stopped = null } = call;
  const error = stopped ?? thrown;
  if (call.abandoned && stopped === null) {
    call.ending = { outcome: "abandoned", error: null };
    return;
  }
  call.ending = { outcome: "failed", error };
  const { reply } = call.arrival;
  if (call.status !== null) return reply.destroy();
  const { status, body } = errorAnswer(call, error);
  const headers: Record<string, string> = { ...answerHeaders(call), "content-type": "application/json; charset=utf-8" };
  const retryAfter = call.original?.retryAfter ?? error.details["retryAfter"] ?? null;
  if (retryAfter !== null && /^[\x20-\x7e]{1,64}$/.test(String(retryAfter)))
    headers["retry-after"] = String(retryAfter);
  call.status = status;
  call.answer.push(body);
  reply.head(status, headers);
  reply.end(body);
}

function errorAnswer(call: OpenCall, error: RollwardError): { status: number; body: Buffer } {
  const { original } = call;
  if (original !== null && HANDED_ON.has(error.code) && isErrorOf(call.arrival.dialect, original.body)) {
    return { status: original.status, body: original.body };
  }
  return { status: error.status, body: call.arrival.dialect.errorBody(error, call.id) };
}

/** Whether these are words of the dialect: at a cloud, what stands before the model has an error form of its own. */
function isErrorOf({ name }: Dialect, body: Buffer): boolean {
  try {
    const parsed: unknown = JSON.parse(body.toString());
    if (typeof parsed !== "object" || parsed === null || !("error" in parsed)) return false;
    return name !== "anthropic-messages" || ("type" in parsed && parsed.type === "error");
  } catch {
    return false;
  }
}
