import type { FastifyInstance, FastifyReply } from "fastify";
import { RollwardError } from "../../domain/errors.ts";
import type { StatusBoard } from "../../jobs/status/status-board.ts";
import type { PublicStatus } from "../../domain/status/public-status.ts";
import { statusHtml } from "./status-html.ts";
import { statuspageDocuments } from "./statuspage-view.ts";
import type { StatuspageDocuments } from "./statuspage-view.ts";

/** Clients and proxies may keep what they got for so long, seconds. */
const KEPT_SECONDS = 10;

const DOCUMENTS = [
  "summary",
  "status",
  "components",
  "incidents",
] as const satisfies readonly (keyof StatuspageDocuments)[];

/** What is served, made once for each state. */
interface Served {
  readonly status: PublicStatus;
  readonly html: string;
  readonly documents: Readonly<Record<(typeof DOCUMENTS)[number], string>>;
}

/** The page for the public and its data; nothing is there unless the project has a `status_page`. */
export function statusPage(app: FastifyInstance, board: StatusBoard): void {
  let served: Served | null = null;
  const current = async (path: string): Promise<Served> => {
    const status = await board.status();
    if (status === null) throw new RollwardError("route_not_found", { method: "GET", path });
    if (served?.status !== status) served = serve(status);
    return served;
  };

  app.get("/status", async (_request, reply) => {
    const { html } = await current("/status");
    return headed(reply)
      .header("content-type", "text/html; charset=utf-8")
      .header(
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      .header("referrer-policy", "no-referrer")
      .send(html);
  });

  for (const name of DOCUMENTS) {
    const path = `/api/v2/${name}.json`;
    app.get(path, async (_request, reply) => {
      const { documents } = await current(path);
      // Anybody may read it, from any page.
      return headed(reply)
        .header("content-type", "application/json; charset=utf-8")
        .header("access-control-allow-origin", "*")
        .send(documents[name]);
    });
  }
}

const headed = (reply: FastifyReply): FastifyReply =>
  reply.header("cache-control", `public, max-age=${KEPT_SECONDS}`).header("x-content-type-options", "nosniff");

function serve(status: PublicStatus): Served {
  const documents = statuspageDocuments(status);
  const texts = Object.fromEntries(DOCUMENTS.map((name) => [name, JSON.stringify(documents[name])]));
  return { status, html: statusHtml(status), documents: texts as Served["documents"] };
}
