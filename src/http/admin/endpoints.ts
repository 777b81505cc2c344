import type { FastifyInstance } from "fastify";
import { listEndpoints, listReleases, rollbackEndpoint, showRelease } from "../../contract/endpoints.ts";
import { rollBack } from "../../delivery/roll-back.ts";
import { RollwardError } from "../../domain/errors.ts";
import { componentDigests } from "../../domain/release/release-digest.ts";
import { releaseName } from "../../domain/release/release.ts";
import { retiringUses } from "../../domain/release/retiring.ts";
import { placesOf, standingsOf, whereIs } from "../../domain/release/standings.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { knownRelease } from "./known-release.ts";
import { retiringViewOf, versionViewOf } from "./registry.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { summaryOf } from "./summary-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Endpoints and their releases. */
export function endpoints(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, delivery } = admin;

  serveRoute(app, { gateway, route: listEndpoints }, ({ gateway: { routes } }) => ({
    data: routes.all().map(({ channel, epoch, stable, split }) => ({
      endpoint: channel.endpoint,
      environment: channel.environment,
      epoch,
      stable: summaryOf(stable),
      rollout:
        split === null ? null : { id: split.rolloutId, candidate: summaryOf(split.candidate), weight: split.weight },
    })),
  }));

  serveRoute(app, { gateway, route: listReleases }, async ({ params, query, gateway: { routes } }) => {
    const found = await delivery.releases.list(params.endpoint, query.limit);
    // An endpoint that was taken away still has its releases.
    if (found.length === 0) requireEndpoint(routes, params.endpoint);
    return { data: found.map(summaryOf) };
  });

  serveRoute(app, { gateway, route: showRelease }, async ({ params, named }) => {
    const release = await delivery.releases.byNumber(params.endpoint, params.number);
    if (release === null)
      throw new RollwardError("release_not_found", { release: `${params.endpoint}@${params.number}` });
    const standings = standingsOf(delivery.routes.all(), named);
    const place = { release: releaseName(release), content: release.content, where: null };
    const own = placesOf(standings.filter((one) => one.release.id === release.id));
    const retiring = retiringUses(admin.retirements(), own.length === 0 ? [place] : own, delivery.clock.now());
    return {
      ...summaryOf(release),
      content: release.content,
      components: componentDigests(release.content),
      versions: (await admin.versions.ofRelease(release.id)).map(versionViewOf),
      where: [...whereIs(standings, release)],
      retiring: retiring.filter(({ usedBy }) => usedBy.length > 0).map(retiringViewOf),
    };
  });

  serveRoute(app, { gateway, route: rollbackEndpoint }, async ({ params, body, key, environment }) => {
    const { rollout, stable } = await rollBack(delivery, {
      endpoint: params.endpoint,
      environment,
      actor: actorOf(key),
      reason: body.reason,
      again: body.again,
    });
    return { rollout: rollout.id, stable: releaseName(await knownRelease(delivery.releases, stable)) };
  });
}
