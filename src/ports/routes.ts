import type { Route } from "../domain/traffic/route.ts";

/** Reads where calls go: the gateway's side. Never waits. */
export interface Routes {
  byEndpoint(endpoint: string): Route | undefined;
  all(): readonly Route[];
}

/** Publishes where calls go: delivery's side. An older epoch never replaces a newer one. */
export interface RoutePublisher {
  publish(route: Route): void;
  /** Sets the candidate's weight to 0 at once, before anything is written; it is never raised so. */
  trip(rolloutId: string): void;
}
