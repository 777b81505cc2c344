import type { FastifyInstance } from "fastify";
import { findDrift } from "../../contract/drift.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { serveRoute } from "./serve-route.ts";

/** What differs between a repository and the server. */
export function driftFinding(app: FastifyInstance, admin: AdminTerms): void {
  serveRoute(app, { gateway: admin.gateway, route: findDrift }, ({ body, named }) => admin.drift(body, named));
}
