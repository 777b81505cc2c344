import type { Arrival } from "../../gateway/open-call.ts";
import { ownText } from "../../kit/own-text.ts";
import { headerOf } from "../header-of.ts";
import { traceIn } from "../trace-in.ts";
import type { CallRequest } from "./call-route.ts";

/** What every kind of call takes from its request alike; the reply is taken over with it. */
export const arrivalOf = (request: CallRequest): Omit<Arrival, "dialect"> => ({
  bytes: request.body,
  key: request.key,
  sessionHeader: sessionIn(request),
  preview: headerOf(request, "x-rollward-preview"),
  trace: traceIn(request),
  reply: request.reply(),
});

/** Sessions are remembered for long, and by their own name alone: not with the head that it was cut out of. */
function sessionIn(request: CallRequest): string | null {
  const name = headerOf(request, "x-rollward-session");
  return name === null ? null : ownText(name);
}
