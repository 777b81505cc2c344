import type { KeptRoute } from "../../domain/routing/decide-route.ts";
import type { SessionRoutes } from "../../ports/session-routes.ts";

/**
 * Routes of sessions in two generations, as pins are kept: when the young one is full it becomes the old one and the
 * former old one is forgotten. What is read moves to the young one. `capacity` is sessions, about 150 bytes each.
 */
export function createMemorySessionRoutes(capacity: number): SessionRoutes {
  const half = Math.max(1, Math.floor(capacity / 2));
  let young = new Map<string, KeptRoute>();
  let old = new Map<string, KeptRoute>();

  const put = (key: string, route: KeptRoute): void => {
    if (young.size >= half && !young.has(key)) {
      old = young;
      young = new Map();
    }
    young.set(key, route);
    old.delete(key);
  };

  return {
    get(endpoint, session) {
      const key = `${endpoint}\n${session}`;
      const route = young.get(key);
      if (route !== undefined) return route;
      const aged = old.get(key);
      if (aged !== undefined) put(key, aged);
      return aged;
    },
    set(endpoint, session, route) {
      put(`${endpoint}\n${session}`, route);
    },
  };
}
