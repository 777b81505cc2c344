import { hasScope, keyPrefix, mayCall } from "../../domain/access/presented-key.ts";
import type { Key } from "../../domain/access/key.ts";
import type { CacheScope } from "../../domain/cache/cache-policy.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import { componentDigests } from "../../domain/release/release-digest.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { purityId } from "../../domain/results/purity.ts";
import { resultKey } from "../../domain/results/result-key.ts";
import type { ResultPolicy, ResultSource } from "../../domain/results/result-policy.ts";
import { policyOfSource } from "../../domain/results/result-policy.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { Gateway } from "../gateway.ts";
import type { ResultVisit } from "./result-desk.ts";

/** What an application asks for. */
export interface ResultRequest {
  readonly endpoint: string;
  readonly source: ResultSource;
  /** Arguments of the tool; of a retrieval its query and filters. */
  readonly asked: Json;
  /** See `inexactNumbers`. */
  readonly numbers: readonly string[];
  /** Name of the release that called the tool (`support-bot@7`), or `null` for the stable one. */
  readonly release: string | null;
  /** Version of the index that is asked, of a retrieval; `null` for a tool. */
  readonly indexVersion: string | null;
  readonly maxAgeMs: number | null;
}

/**
 * A lookup on its way, when its key may ask and its source is declared; else throws. `null` when the release that was
 * named serves no more: its tool may be another one by now.
 */
export function openVisit(gateway: Gateway, key: Key, request: ResultRequest): ResultVisit | null {
  const route = routeFor(gateway, key, request.endpoint);
  const { endpoint } = route.channel;
  const { source } = request;
  const settings = gateway.settings();
  const policy = requirePolicy(gateway, source);
  const definition = source.kind === "retrieval" ? "" : definitionOf(releaseOf(route, request.release), source);
  if (definition === null) return null;
  const folder = { endpoint, source };
  const { environment } = settings;
  return {
    folder,
    policy,
    key: resultKey({
      ...folder,
      scope: scopeOf(key, policy.scope),
      environment,
      version: request.indexVersion ?? definition,
      asked: request.asked,
      numbers: request.numbers,
    }),
    keyId: key.id,
    purity: purityId(folder, { environment, definition }),
    maxAgeMs: request.maxAgeMs,
  };
}

/** The route of an endpoint that the key may call, also by an alias. */
export function routeFor(gateway: Gateway, key: Key, name: string): Route {
  if (!hasScope(key, "inference")) throw forbidden(key, "look for results");
  const { aliases } = gateway.settings();
  const route = gateway.routes.byEndpoint(name) ?? gateway.routes.byEndpoint(aliases?.get(name) ?? "");
  if (route === undefined) {
    const allowed = gateway.routes
      .all()
      .flatMap(({ channel }) => (mayCall(key, channel.endpoint) ? [channel.endpoint] : []));
    const known = allowed.slice(0, MOST_NAMES).join(", ") || "none";
    throw new RollwardError("endpoint_not_found", { endpoint: name.slice(0, 100), known, param: "endpoint" });
  }
  const { endpoint } = route.channel;
  if (!mayCall(key, endpoint)) throw forbidden(key, `use the results of the endpoint ${endpoint}`);
  return route;
}

/** Names in an error; a list of hundreds helps nobody. */
const MOST_NAMES = 20;

const forbidden = (key: Key, action: string): RollwardError =>
  new RollwardError("forbidden", { prefix: keyPrefix(key.id), action, scope: "inference" });

/** Only what is declared is kept: everything else is refused by its name. */
function requirePolicy(gateway: Gateway, source: ResultSource): ResultPolicy {
  const policies = gateway.settings().results;
  const policy = policyOfSource(policies, source);
  if (policy !== null) return policy;
  const isTool = source.kind === "tool";
  const known = [...((isTool ? policies?.tools : policies?.retrieval)?.keys() ?? [])];
  throw new RollwardError("results_not_kept", {
    source: `${isTool ? "the tool" : "the retrieval"} ${source.name}`,
    section: isTool ? "tools" : "retrieval",
    known: known.slice(0, MOST_NAMES).join(", ") || "none",
    param: isTool ? "tool" : "source",
  });
}

/** The release of a name among those that serve; `null` for another one, and the stable one for none. */
function releaseOf({ stable, split, draining }: Route, name: string | null): Release | null {
  if (name === null) return stable;
  const serving = [stable, split?.candidate, draining?.previous].filter((one) => one !== undefined);
  return serving.find((one) => releaseName(one) === name) ?? null;
}

/** Digest of a tool's definition in a release. */
function definitionOf(release: Release | null, { name }: ResultSource): string | null {
  if (release === null) return null;
  const { tools } = definitionsOf(release);
  const tool = tools.find((one) => one.name === name);
  if (tool !== undefined) return tool.digest;
  throw new RollwardError("tool_not_found", {
    release: releaseName(release),
    tool: name.slice(0, 100),
    known:
      tools
        .slice(0, MOST_NAMES)
        .map((one) => one.name)
        .join(", ") || "none",
    param: "tool",
  });
}

/** A release never changes: its digests are reckoned once. */
const known = new WeakMap<Release, ReturnType<typeof componentDigests>>();

/** Digests of what a release consists of. */
export function definitionsOf(release: Release): ReturnType<typeof componentDigests> {
  const digests = known.get(release) ?? componentDigests(release.content);
  known.set(release, digests);
  return digests;
}

/** Fails closed: who belongs to no tenant shares with nobody. */
function scopeOf({ id, tenant }: Key, scope: CacheScope): string {
  if (scope === "endpoint") return "endpoint";
  return scope === "tenant" && tenant !== undefined ? `tenant ${tenant}` : `key ${id}`;
}
