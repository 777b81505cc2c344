import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import type { listedRelease } from "../../contract/endpoints.ts";
import { listEndpoints, listReleases, rollbackEndpoint, showRelease } from "../../contract/endpoints.ts";
import { rollBack } from "../../delivery/roll-back.ts";
import { RollwardError } from "../../domain/errors.ts";
import { fateOf } from "../../domain/release/fate.ts";
import type { ReleaseFate } from "../../domain/release/fate.ts";
import { componentDigests } from "../../domain/release/release-digest.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { retiringUses } from "../../domain/release/retiring.ts";
import { placesOf, standingsOf, whereIs } from "../../domain/release/standings.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { knownRelease } from "./known-release.ts";
import { retiringViewOf, versionViewOf } from "./registry.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { summaryOf } from "./summary-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Rollouts that are looked at for what became of releases. */
const MOST_ROLLOUTS = 200;

function listedOf(
  release: Release,
  { fate, rolloutId, outcome }: ReleaseFate,
  looked: number,
): z.input<typeof listedRelease> {
  // There may have been a rollout before those that were looked at.
  const isKnown = fate !== "unused" || looked < MOST_ROLLOUTS;
  return { ...summaryOf(release), fate: isKnown ? fate : null, rollout: rolloutId, outcome };
}

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

  serveRoute(app, { gateway, route: listReleases }, async ({ params, query, environment, gateway: { routes } }) => {
    const { endpoint } = params;
    const found = await delivery.releases.list(endpoint, query.limit);
    // An endpoint that was taken away still has its releases.
    if (found.length === 0) requireEndpoint(routes, endpoint);
    const rollouts = await delivery.rollouts.list({ endpoint, environment, limit: MOST_ROLLOUTS });
    const stable = delivery.routes.byChannel({ endpoint, environment })?.stable.id ?? null;
    return { data: found.map((release) => listedOf(release, fateOf(release.id, stable, rollouts), rollouts.length)) };
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
      ...(body.from !== undefined && { from: body.from }),
    });
    return { rollout: rollout.id, stable: releaseName(await knownRelease(delivery.releases, stable)) };
  });
}
