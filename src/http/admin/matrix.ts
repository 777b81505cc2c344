import type { FastifyInstance } from "fastify";
import { showMatrix } from "../../contract/versions.ts";
import { versionMatrix } from "../../domain/release/matrix.ts";
import type { VersionMatrix } from "../../domain/release/matrix.ts";
import { releaseName } from "../../domain/release/release.ts";
import { standingsOf, whereIs } from "../../domain/release/standings.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

/** Which version of each part every release of an endpoint pins. */
export function matrix(app: FastifyInstance, admin: AdminTerms): void {
  serveRoute(app, { gateway: admin.gateway, route: showMatrix }, async ({ params, query, named, gateway }) => {
    const { endpoint } = params;
    const { columns, rows } = await matrixOf(admin, endpoint, query.limit);
    if (rows.length === 0) requireEndpoint(gateway.routes, endpoint);
    const standings = standingsOf(admin.delivery.routes.all(), named);
    return {
      endpoint,
      columns: [...columns],
      rows: rows.map(({ release, cells }) => ({
        release: releaseName(release),
        where: [...whereIs(standings, release)],
        cells: cells.map(({ value, isChanged }) => ({ value, changed: isChanged })),
      })),
    };
  });
}

/** One release more than is shown is looked at: the last one shown is compared with it. */
async function matrixOf({ delivery, versions }: AdminTerms, endpoint: string, limit: number): Promise<VersionMatrix> {
  const found = await delivery.releases.list(endpoint, limit + 1);
  const pinned = await Promise.all(
    found.map(async (release) => ({ release, versions: await versions.ofRelease(release.id) })),
  );
  return versionMatrix(pinned.slice(0, limit), pinned[limit] ?? null);
}
