import type { FastifyInstance } from "fastify";
import { applyProject } from "../../contract/projects.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { serveRoute } from "./serve-route.ts";

/** Applies configuration as code. */
export function projects(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;
  serveRoute(app, { gateway, route: applyProject }, ({ body, key, named }) => {
    const isBound = key !== null && (key.environment ?? gateway.environments.own) !== gateway.environments.own;
    return admin.apply(body, { actor: actorOf(key), environment: named, isBound });
  });
}
