import type { Route } from "../../domain/traffic/route.ts";
import type { RoutePublisher, Routes } from "../../ports/routes.ts";

/** The routes of this process: readers see a whole route or its successor, never a mixture. */
export function createRouteTable(): Routes & RoutePublisher {
  /** As they were published, and as they are in force. */
  const published = new Map<string, Route>();
  const routes = new Map<string, Route>();
  const tripped = new Set<string>();

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
      routes.set(endpoint, withTrips(route, tripped));
    },
    trip(rolloutId) {
      tripped.add(rolloutId);
      for (const [endpoint, route] of published) routes.set(endpoint, withTrips(route, tripped));
    },
  };
}

const rolloutOf = ({ split, draining }: Route): string | null => split?.rolloutId ?? draining?.rolloutId ?? null;

function withTrips(route: Route, tripped: ReadonlySet<string>): Route {
  const { split, draining } = route;
  if (split !== null && tripped.has(split.rolloutId)) {
    return { ...route, split: { ...split, weight: 0, collecting: false } };
  }
  if (draining !== null && tripped.has(draining.rolloutId)) {
    return { ...route, stable: draining.previous, draining: null };
  }
  return route;
}
