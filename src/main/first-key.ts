import { hashSecret, parsePresentedKey, presentKey } from "../domain/access/presented-key.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { KeyStore } from "../ports/key-store.ts";

/** What is needed to make the first key. */
export interface FirstKeyTerms {
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The operator's own choice, or `null`. */
  readonly adminKey: string | null;
}

/**
 * Sees to it that there is an admin key. Returns the text of a key that was made now, to be shown once;
 * `null` when one existed or the operator chose one.
 */
export async function ensureAdminKey({ keys, clock, ids, adminKey }: FirstKeyTerms): Promise<string | null> {
  const known = await keys.list();
  const chosen = adminKey === null ? null : parsePresentedKey(adminKey);
  if (chosen !== null && known.some(({ id }) => id === chosen.id)) return null;
  if (chosen === null && known.some(({ scopes, revokedAt }) => scopes.includes("admin") && revokedAt === null)) return null;
  const id = chosen?.id ?? ids.next("key");
  const secret = chosen?.secret ?? ids.secret(32);
  await keys.create({
    id,
    name: chosen === null ? "first admin key" : "ROLLWARD_ADMIN_KEY",
    scopes: ["admin"],
    endpoints: null,
    secretHash: hashSecret(secret),
    createdAt: clock.now(),
    expiresAt: null,
    revokedAt: null,
  });
  return chosen === null ? presentKey(id, secret) : null;
}
