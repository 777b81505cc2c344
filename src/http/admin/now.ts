import type { FastifyInstance } from "fastify";
import { listChanges, showNow } from "../../contract/now.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { changeViewOf, nowViewOf } from "./now-view-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

const HOUR_MS = 3_600_000;

/** What is happening at this moment, and what changed. */
export function now(app: FastifyInstance, { gateway, seeing }: AdminTerms): void {
  serveRoute(app, { gateway, route: showNow }, async ({ query, environment, gateway: own }) => {
    if (query.endpoint !== undefined) requireEndpoint(own.routes, query.endpoint, "endpoint");
    return nowViewOf(await seeing.now.view({ environment, endpoint: query.endpoint ?? null }));
  });

  serveRoute(app, { gateway, route: listChanges }, async ({ query, environment }) => {
    const { limit, endpoint, kind } = query;
    const until = query.until === undefined ? gateway.clock.now() + 1 : Date.parse(query.until);
    const since = query.since === undefined ? until - HOUR_MS : Date.parse(query.since);
    const changes = await seeing.changes.list({
      environment,
      since,
      until,
      ...(endpoint !== undefined && { endpoint }),
      ...(kind !== undefined && { kind }),
    });
    return { data: changes.slice(0, limit).map(changeViewOf), left_off: Math.max(0, changes.length - limit) };
  });
}
