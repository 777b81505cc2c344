import type { ApiRoute } from "../../contract/route.ts";
import type { Key } from "../../domain/access/key.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Environments, Gateway } from "../../gateway/gateway.ts";

/** Which environment a request of the admin API is about. */
export interface AdminPlace {
  readonly named: string | null;
  readonly environment: string;
  /** Its gateway; the own one's where an address may name an environment that is not there: asking opens none. */
  readonly gateway: Gateway;
}

/** What a request says of it. */
export interface AdminWish {
  /** `null` on open addresses. */
  readonly key: Key | null;
  /** As the query names one. */
  readonly asked: string | null;
  readonly route: Pick<ApiRoute, "access" | "perEnvironment">;
}

/**
 * Finds the environment that is meant. Keys of the server's own environment administer all of them, a key of another one
 * administers that one alone: throws `forbidden` for whatever lies outside of it, and `environment_not_found` for a name
 * that is not served.
 */
export function placeOf(environments: Environments, { key, asked, route }: AdminWish): AdminPlace {
  const home = key?.environment ?? environments.own;
  const isBound =
    key !== null && home !== environments.own && (route.access === "admin" || route.access === "approver");
  if (isBound && (route.perEnvironment === false || (asked !== null && asked !== home))) {
    const action = `administer anything outside of the environment ${home}`;
    throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action, scope: "admin" });
  }
  const named = isBound ? home : asked;
  const environment = named ?? environments.own;
  const served = environments.named(environment);
  if (served === undefined && route.perEnvironment !== "new") return notFound(environments, environment);
  return { named, environment, gateway: served ?? environments.forKey({}) };
}

function notFound(environments: Environments, environment: string): never {
  const known = environments.all().map((gateway) => gateway.settings().environment);
  throw new RollwardError("environment_not_found", { environment, known: known.join(", "), param: "environment" });
}

/** Throws unless something that was found by its id belongs to the environment that alone may be seen. */
export function requireNamed({ named }: Pick<AdminPlace, "named">, environment: string, notThere: RollwardError): void {
  if (named !== null && named !== environment) throw notThere;
}
