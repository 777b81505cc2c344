import type { FastifyInstance } from "fastify";
import { listProviders } from "../../contract/providers.ts";
import { SIGHT_MS } from "../../domain/alerts/merge-sights.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { othersOf, providerViewsOf } from "./provider-view-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Who answers, and how it goes with them. */
export function providers(
  app: FastifyInstance,
  { gateway, delivery, sightings, configuredProviders }: AdminTerms,
): void {
  const { clock } = gateway;
  const { replicaId } = delivery.replicas;

  serveRoute(app, { gateway, route: listProviders }, async ({ environment, gateway: own }) => {
    const now = clock.now();
    // What this server knows is told also while the database is away.
    const seen = await sightings.between(environment, now - SIGHT_MS, now).catch(() => []);
    const others = othersOf(seen, replicaId);
    const configured = configuredProviders(environment);
    return { data: providerViewsOf({ gateway: own, configured, others }), server: replicaId, others };
  });
}
