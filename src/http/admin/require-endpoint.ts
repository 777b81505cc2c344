import { RollwardError } from "../../domain/errors.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { Routes } from "../../ports/routes.ts";

/** Names in an error; a list of hundreds helps nobody. */
const MOST_NAMES = 20;

/** The route of an endpoint. Throws `endpoint_not_found` with the names that exist, so that no mistyped name passes. */
export function requireEndpoint(routes: Routes, endpoint: string, param?: string): Route {
  const route = routes.byEndpoint(endpoint);
  if (route !== undefined) return route;
  const known = routes.all().map(({ channel }) => channel.endpoint);
  throw new RollwardError("endpoint_not_found", {
    endpoint,
    known: known.slice(0, MOST_NAMES).join(", ") || "none",
    ...(param !== undefined && { param }),
  });
}
