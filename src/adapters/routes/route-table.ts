import type { Route } from "../../domain/traffic/route.ts";
import type { RoutePublisher, Routes } from "../../ports/routes.ts";

/** The routes of this process: readers see a whole route or its successor, never a mixture. */
export function createRouteTable(): Routes & RoutePublisher {
  /** As they were published, and as they are in force. */
  const published = new Map<string, Route>();
  const routes = new Map<string, Route>();
  const tripped = new Set<string>();
  let isIsolated = false;

  const enforce = (route: Route): void =>
    void routes.set(route.channel.endpoint, withTrips(isIsolated ? withoutCandidate(route) : route, tripped));

  return {
    byEndpoint: (endpoint) => routes.get(endpoint),
    all: () => [...routes.values()],
    publish(route) {
      const { endpoint } = route.channel;
      const present = published.get(endpoint);
      if (present !== undefined && present.epoch > route.epoch) return;
      const left = present === undefined ? null : rolloutOf(present);
      if (left !== null && left !== rolloutOf(route)) tripped.delete(left);
      published.set(endpoint, route);
      enforce(route);
    },
    trip(rolloutId) {
      tripped.add(rolloutId);
      for (const route of published.values()) enforce(route);
    },
    isolate(next) {
      if (next === isIsolated) return;
      isIsolated = next;
      for (const route of published.values()) enforce(route);
    },
  };
}

const rolloutOf = ({ split, draining }: Route): string | null => split?.rolloutId ?? draining?.rolloutId ?? null;

function withTrips(route: Route, tripped: ReadonlySet<string>): Route {
  const { split, draining } = route;
  if (split !== null && tripped.has(split.rolloutId)) return withoutCandidate(route);
  if (draining !== null && tripped.has(draining.rolloutId)) {
    return { ...route, stable: draining.previous, draining: null };
  }
  return route;
}

const withoutCandidate = (route: Route): Route =>
  route.split === null ? route : { ...route, split: { ...route.split, weight: 0, collecting: false } };
