import type { ChannelName, Route } from "../domain/traffic/route.ts";

/** Reads where calls of one environment go: the gateway's side. Never waits. */
export interface Routes {
  byEndpoint(endpoint: string): Route | undefined;
  all(): readonly Route[];
}

/** Reads where the calls of all environments go: delivery's side. */
export interface ChannelRoutes {
  byChannel(channel: ChannelName): Route | undefined;
  all(): readonly Route[];
  /** The routes of one environment. It is named by a function: a server learns the name of its own with its first project. */
  of(environment: () => string): Routes;
}

/** Publishes where calls go: delivery's side. An older epoch never replaces a newer one. */
export interface RoutePublisher {
  publish(route: Route): void;
  /**
   * Takes the candidate out of traffic at once, before anything is written: its weight becomes 0, and after a
   * promotion that still drains calls go back to the release before it. Nothing is ever raised so.
   */
  trip(rolloutId: string): void;
  /** While this process is isolated no candidate gets sessions here; afterwards what was published is in force again. */
  isolate(isIsolated: boolean): void;
}
