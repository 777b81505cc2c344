import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { findPromotable as findRoute, importRelease, promoteRelease } from "../../contract/promotions.ts";
import type { releaseDocument } from "../../contract/promotions.ts";
import { findPromotable, promote } from "../../delivery/promote.ts";
import { RollwardError } from "../../domain/errors.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import { releaseDigest } from "../../domain/release/release-digest.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release, ReleaseContent } from "../../domain/release/release.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { summaryOf } from "./summary-of.ts";
import { serveRoute } from "./serve-route.ts";

type ReleaseDocument = z.output<typeof releaseDocument>;

/** Releases on their way from one environment, or one server, to the next. */
export function promotions(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, delivery } = admin;

  serveRoute(app, { gateway, route: findRoute }, async ({ params, query, environment }) => {
    const source = { ...params, from: environment, number: query.release ?? null };
    return documentOf(await findPromotable(delivery, { ...source, forceReason: query.force_reason ?? null }));
  });

  serveRoute(app, { gateway, route: promoteRelease }, async ({ params, body, key, environment: to, named }) => {
    const { from, document, release: number, force_reason: forceReason } = body;
    const isBound = named !== null && key?.environment !== undefined;
    if (isBound && document === null) {
      const action = `promote from ${from}: it administers ${to} alone`;
      throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action, scope: "admin" });
    }
    const release =
      document === null
        ? await findPromotable(delivery, { ...params, from, number, forceReason })
        : { content: contentOf(document, params.endpoint), author: document.author };
    const target = admin.promotionTarget(release.content, to);
    const promotion = { from, content: release.content, author: release.author, target, actor: actorOf(key) };
    const reason = reasonOf(body);
    const result = await promote(delivery, { ...promotion, reason });
    return {
      from,
      to,
      release: releaseName(result.release),
      digest: result.release.digest,
      outcome: result.outcome === "first" || result.outcome === "queued" ? result.outcome : ("rollout" as const),
      rollout: result.rolloutId,
      waits_until: result.waitsUntil,
    };
  });

  serveRoute(app, { gateway, route: importRelease }, async ({ body }) => {
    const content = contentOf(body, body.content.endpoint);
    const { release, created } = await delivery.releases.freeze({
      id: gateway.ids.next("rel"),
      endpoint: content.endpoint,
      number: 0,
      digest: releaseDigest(content),
      content,
      createdAt: gateway.clock.now(),
      author: body.author,
    });
    return { release: summaryOf(release), created };
  });
}

/** Why it goes out, in the rollout's log: the force reason is never lost. */
function reasonOf({ from, reason, force_reason: force }: z.output<typeof promoteRelease.body>): string | null {
  if (force === null) return reason;
  return `${reason ?? `It was promoted from ${from}.`} It was not stable there: ${force}`;
}

const documentOf = (release: Release): z.input<typeof releaseDocument> => ({
  format: "rollward.release-file/1",
  name: releaseName(release),
  digest: release.digest,
  author: release.author,
  created_at: instantOf(release.createdAt),
  content: { ...release.content } as unknown as ReleaseDocument["content"],
});

/** Text that is none has no digest. */
function digestOf(content: ReleaseContent): string {
  try {
    return releaseDigest(content);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new RollwardError("invalid_request", { reason: "The release holds text that is no Unicode." }, error);
  }
}

/** The content of a document, if it is what it was: throws `release_damaged` or `invalid_request`. */
function contentOf({ content: read, digest, name }: ReleaseDocument, endpoint: string): ReleaseContent {
  const content = read as unknown as ReleaseContent;
  const is = digestOf(content);
  if (is !== digest) {
    throw new RollwardError("release_damaged", { release: name, is: is.slice(0, 12), said: digest.slice(0, 12) });
  }
  if (content.endpoint === endpoint) return content;
  const reason = `The release is one of ${content.endpoint} and not of ${endpoint}.`;
  throw new RollwardError("invalid_request", { reason, param: "document" });
}
