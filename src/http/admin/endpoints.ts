import type { FastifyInstance } from "fastify";
import { listEndpoints, listReleases, rollbackEndpoint, showRelease } from "../../contract/endpoints.ts";
import { rollBack } from "../../delivery/roll-back.ts";
import { RollwardError } from "../../domain/errors.ts";
import { componentDigests } from "../../domain/release/release-digest.ts";
import { releaseName } from "../../domain/release/release.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { knownRelease } from "./known-release.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { summaryOf } from "./summary-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Endpoints and their releases. */
export function endpoints(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, delivery } = admin;

  serveRoute(app, { gateway, route: listEndpoints }, () => ({
    data: gateway.routes.all().map(({ channel, epoch, stable, split }) => ({
      endpoint: channel.endpoint,
      environment: channel.environment,
      epoch,
      stable: summaryOf(stable),
      rollout:
        split === null ? null : { id: split.rolloutId, candidate: summaryOf(split.candidate), weight: split.weight },
    })),
  }));

  serveRoute(app, { gateway, route: listReleases }, async ({ params, query }) => {
    const found = await delivery.releases.list(params.endpoint, query.limit);
    // An endpoint that was taken away still has its releases.
    if (found.length === 0) requireEndpoint(gateway.routes, params.endpoint);
    return { data: found.map(summaryOf) };
  });

  serveRoute(app, { gateway, route: showRelease }, async ({ params }) => {
    const release = await delivery.releases.byNumber(params.endpoint, params.number);
    if (release === null)
      throw new RollwardError("release_not_found", { release: `${params.endpoint}@${params.number}` });
    return { ...summaryOf(release), content: release.content, components: componentDigests(release.content) };
  });

  serveRoute(app, { gateway, route: rollbackEndpoint }, async ({ params, body, key }) => {
    const { rollout, stable } = await rollBack(delivery, {
      endpoint: params.endpoint,
      actor: actorOf(key),
      reason: body.reason,
    });
    return { rollout: rollout.id, stable: releaseName(await knownRelease(delivery.releases, stable)) };
  });
}
