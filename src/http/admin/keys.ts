import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { createKey, listKeys, revokeKey } from "../../contract/keys.ts";
import type { keyView } from "../../contract/keys.ts";
import type { Key } from "../../domain/access/key.ts";
import { hashSecret, keyPrefix, presentKey } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { requireNamed } from "./place-of.ts";
import { serveRoute } from "./serve-route.ts";
import { instantOf } from "./instant-of.ts";

/** Keys: create, list, revoke. A change is in force on the next request. */
export function keys(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;
  const environmentOf = ({ environment }: Key): string => environment ?? gateway.environments.own;
  const viewOf = (key: Key): z.input<typeof keyView> => ({ ...plainViewOf(key), environment: environmentOf(key) });
  const load = async (): Promise<void> => gateway.keys.replace(await admin.keys.list());
  let turn = Promise.resolve();
  /** One at a time: an older list that arrives later would bring a revoked key back. */
  const refresh = (): Promise<void> => (turn = turn.then(load, load));

  serveRoute(app, { gateway, route: listKeys }, async ({ named }) => {
    const isShown = (key: Key): boolean => named === null || environmentOf(key) === named;
    return { data: (await admin.keys.list()).filter(isShown).map(viewOf) };
  });

  serveRoute(app, { gateway, route: createKey }, async ({ body, environment }) => {
    requireFuture(body.expires_at, gateway.clock.now());
    const secret = gateway.ids.secret(32);
    const key: Key = {
      id: gateway.ids.next("key"),
      name: body.name,
      scopes: body.scopes,
      endpoints: body.endpoints,
      secretHash: hashSecret(secret),
      createdAt: gateway.clock.now(),
      expiresAt: body.expires_at === null ? null : Date.parse(body.expires_at),
      revokedAt: null,
      ...(body.tenant !== null && { tenant: body.tenant }),
      ...(body.roles.length > 0 && { roles: body.roles }),
      // A key of the own environment follows it: before the first project nobody knows what it is called.
      ...(environment !== gateway.environments.own && { environment }),
    };
    await admin.keys.create(key);
    await refresh();
    return { key: viewOf(key), secret: presentKey(key.id, secret) };
  });

  serveRoute(app, { gateway, route: revokeKey }, async ({ params, named, key: presented }) => {
    if (presented?.id === params.key) {
      throw new RollwardError("invalid_request", {
        reason: "A key cannot revoke itself; use another admin key.",
        param: "key",
      });
    }
    const notThere = new RollwardError("key_not_found", { key: params.key });
    const known = (await admin.keys.list()).find(({ id }) => id === params.key);
    if (known === undefined) throw notThere;
    requireNamed({ named }, environmentOf(known), notThere);
    const key = await admin.keys.revoke(params.key, gateway.clock.now());
    if (key === null) throw notThere;
    await refresh();
    return viewOf(key);
  });
}

const plainViewOf = (key: Key): Omit<z.input<typeof keyView>, "environment"> => ({
  id: key.id,
  prefix: keyPrefix(key.id),
  name: key.name,
  scopes: [...key.scopes],
  endpoints: key.endpoints === null ? null : [...key.endpoints],
  created_at: instantOf(key.createdAt),
  expires_at: key.expiresAt === null ? null : instantOf(key.expiresAt),
  revoked_at: key.revokedAt === null ? null : instantOf(key.revokedAt),
  tenant: key.tenant ?? null,
  roles: [...(key.roles ?? [])],
});

/** Throws `invalid_request` for an expiry that is over. */
function requireFuture(expiresAt: string | null, now: number): void {
  if (expiresAt === null || Date.parse(expiresAt) > now) return;
  const reason = "`expires_at` lies in the past: nobody could use the key.";
  throw new RollwardError("invalid_request", { reason, param: "expires_at" });
}
