import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { listUses, listVersions, showLineage, showVersion } from "../../contract/versions.ts";
import type { retiringView, versionView } from "../../contract/versions.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { ReleaseOrigin } from "../../domain/release/origin.ts";
import { isAsked, readVersionName, targetName, versionName } from "../../domain/release/parts.ts";
import type { PartKind, PartVersion } from "../../domain/release/parts.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { ModelTarget, Release } from "../../domain/release/release.ts";
import { retiringUses, retiringWords } from "../../domain/release/retiring.ts";
import type { RetiringUse } from "../../domain/release/retiring.ts";
import { placesOf, standingsOf, whereIs } from "../../domain/release/standings.ts";
import type { ReleaseStanding } from "../../domain/release/standings.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { VersionStore } from "../../ports/version-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { originViewOf } from "./origin-view-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Versions looked through for a name. */
const MOST_VERSIONS = 1_000;

/** Parents of a release that are told. */
const MOST_ANCESTORS = 20;

/** Versions of prompts, models and tools, what uses them, and where releases come from. */
export function registry(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, delivery, versions } = admin;

  serveRoute(app, { gateway, route: listVersions }, async ({ query }) => {
    const found = await versions.list(
      query.name === undefined ? { kind: query.kind, limit: query.limit } : { ...query, name: query.name },
    );
    return { data: found.map(versionViewOf) };
  });

  serveRoute(app, { gateway, route: showVersion }, async ({ query }) => {
    const [version] = await askedVersions(versions, query.kind, query.version);
    if (version === undefined) throw notFound(query);
    return { ...versionViewOf(version), content: version.content };
  });

  serveRoute(app, { gateway, route: listUses }, async ({ query: { kind, version: asked, limit }, named }) => {
    const found = await askedVersions(versions, kind, asked);
    if (found.length === 0) throw notFound({ kind, version: asked });
    const standings = standingsOf(delivery.routes.all(), named);
    const data = await usesOf(admin, { found, standings, limit });
    return { data, retiring: kind === "model" ? retiringAmong(admin, standings, found) : [] };
  });

  serveRoute(app, { gateway, route: showLineage }, async ({ params, named }) => {
    const release = await knownByNumber(delivery.releases, params.endpoint, params.number);
    // Who sees one environment alone hears nothing of the others.
    const applications = (await versions.origins(release.id)).filter(
      ({ environment }) => named === null || environment === named,
    );
    return {
      release: releaseName(release),
      digest: release.digest,
      applications: await Promise.all(applications.map((one) => applicationOf(delivery.releases, one))),
      ancestors: await ancestorsOf(admin, release, named),
    };
  });
}

/** A version on the wire. */
export const versionViewOf = (version: PartVersion): z.input<typeof versionView> => ({
  kind: version.kind,
  version: versionName(version),
  name: version.name,
  number: version.number,
  digest: version.digest,
  created_at: instantOf(version.createdAt),
});

/** A retiring model with what uses it, on the wire. */
export const retiringViewOf = (use: RetiringUse): z.input<typeof retiringView> => ({
  model: targetName(use),
  retires: use.day,
  days: use.days,
  used_by: use.usedBy.map(({ release, where }) => ({ release, where })),
  words: retiringWords(use),
});

const notFound = ({ kind, version }: { readonly kind: PartKind; readonly version: string }): RollwardError =>
  new RollwardError("version_not_found", { kind, version });

/** The versions that a person means: one, or a whole line, newest first. */
async function askedVersions(versions: VersionStore, kind: PartKind, asked: string): Promise<readonly PartVersion[]> {
  const { name } = readVersionName(asked);
  const lines = await Promise.all(
    [...new Set([name, asked])].map((line) => versions.list({ kind, name: line, limit: MOST_VERSIONS })),
  );
  const found = lines.flat().filter((version) => isAsked(version, asked));
  if (found.length > 0 || kind !== "model") return found;
  // By the id that stands in rollward.yaml, whose line has another name.
  const all = await versions.list({ kind, limit: MOST_VERSIONS });
  return all.filter((version) => isAsked(version, asked));
}

async function usesOf(
  { versions, delivery }: AdminTerms,
  asked: {
    readonly found: readonly PartVersion[];
    readonly standings: readonly ReleaseStanding[];
    readonly limit: number;
  },
): Promise<z.input<typeof listUses.answer>["data"]> {
  const { found, standings, limit } = asked;
  const uses = [];
  for (const { kind, digest } of found) {
    for (const pinned of await versions.uses(kind, digest, limit)) {
      const own = (await versions.ofRelease(pinned.releaseId)).find(
        (one) => one.kind === kind && one.digest === digest,
      );
      const release = await delivery.releases.byId(pinned.releaseId);
      if (own === undefined || release === null) continue;
      uses.push({ release: releaseName(release), version: versionName(own), where: [...whereIs(standings, release)] });
    }
    if (uses.length >= limit) break;
  }
  return uses.slice(0, limit);
}

function retiringAmong(
  { delivery, retirements }: AdminTerms,
  standings: readonly ReleaseStanding[],
  found: readonly PartVersion[],
): z.input<typeof retiringView>[] {
  const ids = new Set(found.map(({ content }) => targetName(content as ModelTarget)));
  return retiringUses(retirements(), placesOf(standings), delivery.clock.now())
    .filter((use) => ids.has(targetName(use)))
    .map(retiringViewOf);
}

async function knownByNumber(releases: ReleaseStore, endpoint: string, number: number): Promise<Release> {
  const release = await releases.byNumber(endpoint, number);
  if (release === null) throw new RollwardError("release_not_found", { release: `${endpoint}@${number}` });
  return release;
}

const nameOf = async (releases: ReleaseStore, id: string | null): Promise<string | null> => {
  const release = id === null ? null : await releases.byId(id);
  return release === null ? null : releaseName(release);
};

const applicationOf = async (
  releases: ReleaseStore,
  { at, by, environment, parent, origin, reason }: ReleaseOrigin,
): Promise<z.input<typeof showLineage.answer>["applications"][number]> => ({
  at: instantOf(at),
  by,
  environment,
  reason,
  parent: await nameOf(releases, parent),
  origin: originViewOf(origin),
});

/**
 * Parent, its parent and so on, in one environment where that alone is asked about (`null` is all); a circle, which
 * returns to earlier content make, ends where it closes.
 */
async function ancestorsOf(
  { versions, delivery }: AdminTerms,
  release: Release,
  named: string | null,
): Promise<z.input<typeof showLineage.answer>["ancestors"]> {
  const firstOf = async (id: string): Promise<ReleaseOrigin | undefined> =>
    (await versions.origins(id)).find(({ environment }) => named === null || environment === named);
  const seen = new Set([release.id]);
  const ancestors = [];
  let first = await firstOf(release.id);
  while (ancestors.length < MOST_ANCESTORS) {
    const parent = first?.parent ?? null;
    const known = parent === null || seen.has(parent) ? null : await delivery.releases.byId(parent);
    if (known === null) break;
    seen.add(known.id);
    first = await firstOf(known.id);
    ancestors.push({ release: releaseName(known), origin: originViewOf(first?.origin ?? null) });
  }
  return ancestors;
}
