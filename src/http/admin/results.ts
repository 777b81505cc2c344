import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { evictResult, openResults, purgeResults, showResults } from "../../contract/results.ts";
import type { resultsView } from "../../contract/results.ts";
import { changeOfForgetting } from "../../domain/changes/change-of-forgetting.ts";
import { RollwardError } from "../../domain/errors.ts";
import { purityId } from "../../domain/results/purity.ts";
import { folderText } from "../../domain/results/result-place.ts";
import type { ResultFolder } from "../../domain/results/result-place.ts";
import { policyOfSource } from "../../domain/results/result-policy.ts";
import type { ResultSource } from "../../domain/results/result-policy.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { definitionsOf } from "../../gateway/results/open-visit.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

/** Kept results of tools and retrieval: what they are good for, forgetting them, and opening what has closed itself. */
export function results(app: FastifyInstance, { gateway, seeing }: AdminTerms): void {
  serveRoute(app, { gateway, route: showResults }, async ({ gateway: own }) => {
    const { cache, lines } = own.results;
    const { evicted, failed, bytes } = cache.counts();
    const folders = foldersShown(own);
    const data = await Promise.all(folders.map((folder) => viewOf(own, folder)));
    return { shared: cache.isShared, waiting: lines.size, data, store: { evicted, failed, bytes } };
  });

  serveRoute(app, { gateway, route: purgeResults }, async ({ params, query, key, environment, gateway: own }) => {
    const { cache } = own.results;
    const route = requireEndpoint(own.routes, params.endpoint);
    const named = sourceIn(query);
    const sources = named === null ? declaredFor(own, route) : [named];
    let purged = 0;
    for (const source of sources) purged += await cache.purge(folderText({ endpoint: params.endpoint, source }));
    if (purged > 0) {
      const { endpoint } = params;
      const what = purged === 1 ? "1 kept result" : `${purged} kept results`;
      const at = gateway.clock.now();
      seeing.noted.note(changeOfForgetting({ environment, endpoint, at, by: key?.name ?? null, what }));
    }
    return { purged };
  });

  serveRoute(app, { gateway, route: evictResult }, async ({ params, query, gateway: own }) => {
    const { cache } = own.results;
    requireEndpoint(own.routes, params.endpoint);
    const source = requireSource(query);
    return {
      evicted: await cache.evict({ endpoint: folderText({ endpoint: params.endpoint, source }), key: params.entry }),
    };
  });

  serveRoute(app, { gateway, route: openResults }, async ({ params, body, gateway: own }) => {
    const { purity } = own.results;
    const folder = {
      endpoint: requireEndpoint(own.routes, params.endpoint).channel.endpoint,
      source: requireSource(body),
    };
    let opened = false;
    for (const id of puritiesOf(own, folder)) opened = (await purity.open(id)) || opened;
    return { opened };
  });
}

type Named = z.output<typeof purgeResults.query>;

function sourceIn({ tool, source }: Named): ResultSource | null {
  if (tool !== undefined && source !== undefined) throw oneOnly();
  if (tool !== undefined) return { kind: "tool", name: tool };
  return source === undefined ? null : { kind: "retrieval", name: source };
}

function requireSource(named: Named): ResultSource {
  const source = sourceIn(named);
  if (source === null) throw oneOnly();
  return source;
}

const oneOnly = (): RollwardError =>
  new RollwardError("invalid_request", { reason: "Name either a `tool` or a `source`.", param: "tool" });

/** What may have results for an endpoint: the declared tools of its releases, and every declared retrieval. */
function declaredFor(gateway: Gateway, route: Route): readonly ResultSource[] {
  const { results: policies } = gateway.settings();
  const tools = new Set(
    servingReleases(route).flatMap((release) => definitionsOf(release).tools.map(({ name }) => name)),
  );
  return [
    ...[...tools].filter((name) => policies?.tools.has(name)).map((name) => ({ kind: "tool" as const, name })),
    ...[...(policies?.retrieval.keys() ?? [])].map((name) => ({ kind: "retrieval" as const, name })),
  ];
}

const servingReleases = ({ stable, split, draining }: Route): readonly Route["stable"][] =>
  [stable, split?.candidate, draining?.previous].filter((one) => one !== undefined);

/** What evidence of a source belongs to, one for each definition that serves. */
function puritiesOf(gateway: Gateway, folder: ResultFolder): readonly string[] {
  const { environment } = gateway.settings();
  const route = gateway.routes.byEndpoint(folder.endpoint);
  if (folder.source.kind === "retrieval" || route === undefined)
    return [purityId(folder, { environment, definition: "" })];
  const digests = servingReleases(route).flatMap((release) =>
    definitionsOf(release).tools.flatMap(({ name, digest }) => (name === folder.source.name ? [digest] : [])),
  );
  return [...new Set(digests)].map((definition) => purityId(folder, { environment, definition }));
}

/** Everything that was looked up here, and the declared tools of every endpoint. */
function foldersShown(gateway: Gateway): readonly ResultFolder[] {
  const declared = gateway.routes.all().flatMap((route) =>
    declaredFor(gateway, route)
      .filter(({ kind }) => kind === "tool")
      .map((source) => ({ endpoint: route.channel.endpoint, source })),
  );
  const all = new Map([...declared, ...gateway.results.tally.all()].map((folder) => [folderText(folder), folder]));
  return [...all.keys()].toSorted().flatMap((name) => all.get(name) ?? []);
}

async function viewOf(gateway: Gateway, folder: ResultFolder): Promise<z.input<typeof resultsView>> {
  const { tally, purity } = gateway.results;
  const { hit, waited, poisoned, missed, kept } = tally.of(folder);
  const ids = puritiesOf(gateway, folder);
  const closings = (await Promise.all(ids.map((id) => purity.closingOf(id)))).filter((one) => one !== null);
  const evidence = ids.map((id) => purity.evidenceOf(id));
  const [closing] = closings;
  return {
    endpoint: folder.endpoint,
    ...folder.source,
    declared: policyOfSource(gateway.settings().results, folder.source) !== null,
    hit,
    waited,
    poisoned,
    missed: { ...missed },
    kept: { ...kept },
    audits: evidence.reduce((sum, { audits }) => sum + audits, closing?.audits ?? 0),
    differed: evidence.reduce((sum, { differed }) => sum + differed, closing?.differed ?? 0),
    closed:
      closing === undefined
        ? null
        : { at: new Date(closing.at).toISOString(), audits: closing.audits, differed: closing.differed },
  };
}
