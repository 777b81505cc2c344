import type { Route } from "../../domain/traffic/route.ts";
import type { RoutePublisher, Routes } from "../../ports/routes.ts";

/** The routes of this process: readers see a whole route or its successor, never a mixture. */
export function createRouteTable(): Routes & RoutePublisher {
  const routes = new Map<string, Route>();
  const tripped = new Set<string>();

  const withTrips = (route: Route): Route =>
    route.split !== null && tripped.has(route.split.rolloutId)
      ? { ...route, split: { ...route.split, weight: 0, collecting: false } }
      : route;

  return {
    byEndpoint: (endpoint) => routes.get(endpoint),
    all: () => [...routes.values()],
    publish(route) {
      const present = routes.get(route.channel.endpoint);
      if (present !== undefined && present.epoch > route.epoch) return;
      const left = present?.split?.rolloutId;
      if (left !== undefined && left !== route.split?.rolloutId) tripped.delete(left);
      routes.set(route.channel.endpoint, withTrips(route));
    },
    trip(rolloutId) {
      tripped.add(rolloutId);
      for (const route of routes.values()) routes.set(route.channel.endpoint, withTrips(route));
    },
  };
}
