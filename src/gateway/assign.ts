import { RollwardError } from "../domain/errors.ts";
import type { Session } from "../domain/traffic/assignment.ts";
import { MAX_SESSION_ID, sessionOf, sessionUnit } from "../domain/traffic/session.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { place } from "./place.ts";
import { present } from "./present.ts";
import { previewed } from "./previewed.ts";
import { routeNow } from "./route-now.ts";

/** Finds the call's session and the arm that serves it. A direct call has neither. */
export function assign(gateway: Gateway, call: OpenCall): void {
  const aim = present(call.aim);
  if (aim.type === "direct") return;
  const route = routeNow(gateway.routes, aim.route);
  if (route !== aim.route) call.aim = { type: "endpoint", route };
  const session = identify(call, route.channel.endpoint);
  const unit = sessionUnit(present(call.key).id, session);
  const placing = { gateway, call, route, session, unit };
  const placement = previewed(placing) ?? place(placing);
  call.placement = placement;
  const { evidenceOf: rolloutId } = placement;
  if (rolloutId !== null) call.begun = { rolloutId, number: gateway.observer.turnBegan(rolloutId, unit) };
}

function identify(call: OpenCall, endpoint: string): Session {
  const request = present(call.request);
  const { sessionHeader } = call.arrival;
  checkLength(sessionHeader, "x-rollward-session");
  checkLength(request.sessionId, "metadata.session_id");
  const hints = { header: sessionHeader, metadata: request.sessionId, opening: request.opening, callId: call.id };
  return sessionOf(hints, call.settings.sessions.get(endpoint) ?? []);
}

function checkLength(id: string | null, param: string): void {
  if (id === null || (id.length > 0 && id.length <= MAX_SESSION_ID)) return;
  throw new RollwardError("invalid_request", {
    reason: `A session id has 1 to ${MAX_SESSION_ID} characters; this one has ${id.length}.`,
    param,
  });
}
