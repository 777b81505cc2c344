import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { evictAnswer, purgeCache, showCache } from "../../contract/cache.ts";
import { changeOfForgetting } from "../../domain/changes/change-of-forgetting.ts";
import type { Forgetting } from "../../domain/changes/change-of-forgetting.ts";
import { describeStanding, readAccount } from "../../domain/cache/group-account.ts";
import { RollwardError } from "../../domain/errors.ts";
import { evictAnswerOf } from "../../gateway/cache/evict-answer-of.ts";
import type { SemanticDesk } from "../../gateway/cache/semantic/semantic-desk.ts";
import type { GroupProof } from "../../ports/proof-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { requireNamed } from "./place-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

type SemanticView = NonNullable<z.input<typeof showCache.answer>["semantic"]>;

/** Kept answers: what they are good for, and forgetting them. */
export function cache(app: FastifyInstance, { gateway, calls, seeing }: AdminTerms): void {
  const forgotten = (forgetting: Omit<Forgetting, "at">): void =>
    seeing.noted.note(changeOfForgetting({ ...forgetting, at: gateway.clock.now() }));

  serveRoute(app, { gateway, route: showCache }, async ({ gateway: { cache: desk } }) => {
    const { shared: waited, ...tally } = desk.tally();
    const { semantic } = desk;
    return {
      shared: desk.cache.isShared,
      ...tally,
      waited,
      under_way: desk.flights.size,
      store: desk.cache.counts(),
      semantic: semantic === null ? null : await semanticView(semantic),
    };
  });

  serveRoute(app, { gateway, route: evictAnswer }, async ({ params, named, key }) => {
    const notThere = new RollwardError("call_not_found", { call: params.call });
    const facts = await calls.facts(params.call);
    if (facts === null) throw notThere;
    requireNamed({ named }, facts.environment, notThere);
    const own = gateway.environments.named(facts.environment);
    if (own === undefined) return { evicted: false };
    const evicted = await evictAnswerOf(own, facts);
    const { environment, endpoint } = facts;
    if (evicted && endpoint !== null)
      forgotten({ environment, endpoint, by: key?.name ?? null, what: "1 kept answer" });
    return { evicted };
  });

  serveRoute(
    app,
    { gateway, route: purgeCache },
    async ({ params, key, environment, gateway: { routes, cache: desk } }) => {
      requireEndpoint(routes, params.endpoint);
      const purged = await desk.purge(params.endpoint);
      const what = purged === 1 ? "1 kept answer" : `${purged} kept answers`;
      if (purged > 0) forgotten({ environment, endpoint: params.endpoint, by: key?.name ?? null, what });
      return { purged };
    },
  );
}

async function semanticView(desk: SemanticDesk): Promise<SemanticView> {
  await desk.certifications.flush();
  const { store, proofs, copies } = desk;
  // What this process has counted is told also while the store is away.
  const accounts = await proofs.accounts().catch(() => []);
  const groups = accounts.flatMap((state) => groupView(state) ?? []);
  const [outcomes, troubles] = [desk.tally(), desk.troubles()].map((tallies) =>
    Object.fromEntries(Object.entries(tallies).map(([endpoint, tally]) => [endpoint, { ...tally }])),
  );
  const told = { outcomes: outcomes ?? {}, troubles: troubles ?? {} };
  return { search: store.search, poisoned: store.poisoned(), copied_bytes: copies.bytes, ...told, groups };
}

/** `null` for an account that nobody of us wrote. */
function groupView({ endpoint, about }: Pick<GroupProof, "endpoint" | "about">): SemanticView["groups"][number] | null {
  const account = readAccount(about);
  if (account === null) return null;
  const { release, scope, standing } = account;
  const { certificate, closedBy } = standing;
  return {
    endpoint,
    release,
    shared: scope,
    state: standing.phase,
    says: describeStanding(standing),
    audits: standing.audits,
    missing_audits: standing.missingAudits,
    tests: standing.tests,
    bound: standing.bound,
    proven:
      certificate === null
        ? null
        : {
            threshold: certificate.threshold,
            audits: certificate.n,
            wrong: certificate.wrong,
            upper: certificate.upper,
            hit_share: certificate.hitShare,
            at: instantOf(certificate.at),
          },
    alarm: standing.alarm,
    closed_by: closedBy === null ? null : { reason: closedBy.reason, at: instantOf(closedBy.at) },
  };
}
