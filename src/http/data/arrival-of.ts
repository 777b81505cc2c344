import type { Arrival } from "../../gateway/open-call.ts";
import { headerOf } from "../header-of.ts";
import { traceIn } from "../trace-in.ts";
import type { CallRequest } from "./call-route.ts";

/** What every kind of call takes from its request alike; the reply is taken over with it. */
export const arrivalOf = (request: CallRequest): Omit<Arrival, "dialect"> => ({
  bytes: request.body,
  key: request.key,
  sessionHeader: headerOf(request, "x-rollward-session"),
  preview: headerOf(request, "x-rollward-preview"),
  trace: traceIn(request),
  reply: request.reply(),
});
