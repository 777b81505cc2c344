import { servedRollout, withoutCandidate } from "../../domain/traffic/route.ts";
import type { Handover, Route } from "../../domain/traffic/route.ts";
import type { ChannelRoutes, RoutePublisher, Routes } from "../../ports/routes.ts";

/** Routes by environment and endpoint. */
type RoutesByEnvironment = Map<string, Map<string, Route>>;

/** The routes of this process: readers see a whole route or its successor, never a mixture. */
export function createRouteTable(): ChannelRoutes & RoutePublisher {
  /** As they were published, and as they are in force. */
  const published: RoutesByEnvironment = new Map();
  const routes: RoutesByEnvironment = new Map();
  const tripped = new Set<string>();
  let isIsolated = false;

  const enforce = (route: Route): void => {
    const { endpoint, environment } = route.channel;
    const inForce = withTrips(isIsolated ? isolated(route) : route, tripped);
    routesIn(routes, environment).set(endpoint, inForce);
  };
  const enforceAll = (): void => allOf(published).forEach(enforce);

  return {
    byChannel: ({ endpoint, environment }) => routes.get(environment)?.get(endpoint),
    all: () => allOf(routes),
    of: (environment) => routesOf(routes, environment),
    publish(route) {
      const { endpoint, environment } = route.channel;
      const known = routesIn(published, environment);
      const present = known.get(endpoint);
      if (present !== undefined && present.epoch > route.epoch) return;
      const left = present === undefined ? null : rolloutOf(present);
      if (left !== null && left !== rolloutOf(route)) tripped.delete(left);
      known.set(endpoint, route);
      enforce(route);
    },
    trip(rolloutId) {
      tripped.add(rolloutId);
      enforceAll();
    },
    isolate(next) {
      if (next === isIsolated) return;
      isIsolated = next;
      enforceAll();
    },
  };
}

/** One environment's routes. Its name is compared and not looked up, so that a call pays for one look-up. */
function routesOf(routes: RoutesByEnvironment, environment: () => string): Routes {
  let name = environment();
  let own = routesIn(routes, name);
  const inForce = (): ReadonlyMap<string, Route> => {
    const now = environment();
    if (now !== name) {
      name = now;
      own = routesIn(routes, now);
    }
    return own;
  };
  return { byEndpoint: (endpoint) => inForce().get(endpoint), all: () => [...inForce().values()] };
}

function routesIn(all: RoutesByEnvironment, environment: string): Map<string, Route> {
  const known = all.get(environment) ?? new Map<string, Route>();
  all.set(environment, known);
  return known;
}

const allOf = (all: RoutesByEnvironment): readonly Route[] => [...all.values()].flatMap((own) => [...own.values()]);

/** The rollout that a route belongs to, wherever it has come to. */
const rolloutOf = (route: Route): string | null => servedRollout(route) ?? route.withdrawn?.rolloutId ?? null;

function withTrips(route: Route, tripped: ReadonlySet<string>): Route {
  const { draining } = route;
  const rolloutId = rolloutOf(route);
  if (rolloutId === null || !tripped.has(rolloutId)) return route;
  if (draining === null) return withoutCandidate(route);
  const { previous, onRollback } = draining;
  const withdrawn = { rolloutId, candidate: route.stable, handover: onRollback ?? NEXT_TURN };
  return { ...route, stable: previous, draining: null, withdrawn };
}

const NEXT_TURN: Handover = { rule: "next_turn", because: "plan" };

/** The same for a while only: no session is ended, and none is kept, because nobody has taken the candidate back. */
function isolated(route: Route): Route {
  const without = withoutCandidate(route);
  return without.split === null ? without : { ...without, split: { ...without.split, onRollback: NEXT_TURN } };
}
