import type { Route } from "../domain/traffic/route.ts";
import { withoutCandidate } from "../domain/traffic/route.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall, Placement } from "./open-call.ts";
import { outside, place } from "./place.ts";
import { previewed } from "./previewed.ts";
import { render } from "./render.ts";
import { routeNow } from "./route-now.ts";

/**
 * Places a call anew that has waited since it was placed, where the release that it was to get serves no longer: a candidate
 * that was taken back, say. Nobody was asked for it yet. True where it has another release now, for which it is rendered.
 * Throws `session_ended` where the plan says so.
 */
export function placeAgain(gateway: Gateway, call: OpenCall): boolean {
  const { aim, placement } = call;
  if (aim?.type !== "endpoint" || placement === null || placement.reason === "degraded") return false;
  const now = gateway.routes.byEndpoint(aim.route.channel.endpoint);
  if (now === undefined || now === aim.route || isServed(now, placement)) return false;
  const followed = routeNow(gateway.routes, aim.route);
  // What leads to releases that the call's settings do not know is not followed, but its candidate is out of it.
  const route = followed === aim.route ? withoutCandidate(aim.route) : followed;
  // Where it ends here it is no evidence, as a call that was never placed.
  call.placement = null;
  call.placement = placedNow(gateway, call, { route, before: placement });
  call.aim = { type: "endpoint", route };
  if (call.placement.release.id === placement.release.id) return false;
  if (call.cache != null) call.cache.lastResort = null;
  render(gateway, call);
  return true;
}

/** Whether a release still gets those calls of a route that were placed so. */
function isServed({ stable, split, draining, preview }: Route, { release: { id }, reason }: Placement): boolean {
  if (stable.id === id || draining?.previous.id === id) return true;
  if (split !== null && split.weight > 0 && split.candidate.id === id) return true;
  return reason === "preview" && preview?.candidate.id === id;
}

interface Replaced {
  readonly route: Route;
  readonly before: Placement;
}

/** A session that this very call drew was never there: it begins anew on stable and is left out of the evidence. */
function placedNow(gateway: Gateway, call: OpenCall, { route, before }: Replaced): Placement {
  const { session, unit, drawnFor } = before;
  const placing = { gateway, call, route, session, unit };
  if (drawnFor !== undefined) return { session, unit, ...outside(placing), drawnFor };
  return previewed(placing) ?? place(placing);
}
