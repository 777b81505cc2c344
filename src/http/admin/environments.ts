import type { FastifyInstance } from "fastify";
import { listEnvironments, showParity } from "../../contract/environments.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { placeOf } from "./place-of.ts";
import { serveRoute } from "./serve-route.ts";

/** The environments of this server, and what differs between two of them. */
export function environments(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;

  serveRoute(app, { gateway, route: listEnvironments }, async () => {
    const { own } = gateway.environments;
    const applied = new Map((await admin.applied()).map(({ environment, at }) => [environment, at]));
    const all = gateway.environments
      .all()
      .map((served) => ({ environment: served.settings().environment, routes: served.routes }));
    const data = all
      .filter(({ environment }) => environment === own || applied.has(environment))
      .map(({ environment, routes }) => {
        const at = applied.get(environment);
        return {
          environment,
          own: environment === own,
          endpoints: routes.all().map(({ channel }) => channel.endpoint),
          applied_at: at === undefined ? null : instantOf(at),
        };
      });
    return { data };
  });

  serveRoute(app, { gateway, route: showParity }, async ({ query: { from, to }, key }) => {
    // A mistyped name must not look like an environment in which nothing is the same.
    for (const asked of [from, to]) placeOf(gateway.environments, { key, asked, route: ANY });
    if (from === to) {
      throw new RollwardError("invalid_request", { reason: `Both environments are ${to}.`, param: "to" });
    }
    const differences = await admin.parity(from, to);
    return {
      from,
      to,
      same_behaviour: differences.every(({ weight }) => weight !== "behaviour"),
      differences: differences.map((one) => ({ ...one })),
    };
  });
}

const ANY = { access: "admin", perEnvironment: true } as const;
