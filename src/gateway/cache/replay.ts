import { answerHeaders } from "../answer-headers.ts";
import type { Gateway } from "../gateway.ts";
import { sinceArrival } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import type { Recalled } from "./course.ts";

/** Hands a kept answer to the client. It is small and whole, so that it is written at once. */
export function replay(gateway: Gateway, open: OpenCall, { bytes, finishReason }: Recalled): void {
  const { dialect, reply } = open.arrival;
  const { stream, contentType } = dialect.answerForm(present(open.request));
  if (stream) open.firstTokenMs = sinceArrival(gateway, open);
  open.finishReason = finishReason;
  open.status = 200;
  open.answer.push(bytes);
  const headers = answerHeaders(open);
  headers["content-type"] = contentType ?? "application/json; charset=utf-8";
  reply.head(200, headers);
  reply.end(bytes);
  const hasLeft = open.abandoned && open.stopped == null;
  open.ending = { outcome: hasLeft ? "abandoned" : "ok", error: null };
}
