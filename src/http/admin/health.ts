import type { FastifyInstance } from "fastify";
import { alive, ready, showHealth } from "../../contract/health.ts";
import { openApi } from "../../contract/openapi.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { serveRoute } from "./serve-route.ts";

/** Whether the server runs, takes traffic, and how it is doing; and the description of its own API. */
export function health(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;
  // Made when it is first asked for: it costs a start more than reading a hundred modules.
  let document: ReturnType<typeof openApi> | null = null;
  app.get("/api/openapi.json", () => (document ??= openApi(admin.version)));
  serveRoute(app, { gateway, route: alive }, () => ({ status: "ok" as const }));
  serveRoute(app, { gateway, route: ready }, async () => {
    if (admin.isStopping()) throw new RollwardError("not_ready", { reason: "it is stopping" });
    const reason = await admin.trouble();
    return { status: reason === null ? ("ready" as const) : ("degraded" as const), reason };
  });
  serveRoute(app, { gateway, route: showHealth }, () => admin.health());
}
