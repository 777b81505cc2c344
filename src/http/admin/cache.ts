import type { FastifyInstance } from "fastify";
import { evictAnswer, purgeCache, showCache } from "../../contract/cache.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Admin } from "./admin.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

/** Kept answers: what they are good for, and forgetting them. */
export function cache(app: FastifyInstance, { gateway, calls }: Admin): void {
  serveRoute(app, { gateway, route: showCache }, () => {
    const { shared: waited, ...tally } = gateway.cache.tally();
    return {
      shared: gateway.cache.cache.isShared,
      ...tally,
      waited,
      under_way: gateway.cache.flights.size,
      store: gateway.cache.cache.counts(),
    };
  });

  serveRoute(app, { gateway, route: evictAnswer }, async ({ params }) => {
    const facts = await calls.facts(params.call);
    if (facts === null) throw new RollwardError("call_not_found", { call: params.call });
    const key = facts.cache?.key ?? null;
    if (key === null || facts.endpoint === null) return { evicted: false };
    return { evicted: await gateway.cache.evict({ endpoint: facts.endpoint, key }) };
  });

  serveRoute(app, { gateway, route: purgeCache }, async ({ params }) => {
    requireEndpoint(gateway.routes, params.endpoint);
    return { purged: await gateway.cache.purge(params.endpoint) };
  });
}
