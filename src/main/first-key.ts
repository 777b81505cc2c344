import type { Key } from "../domain/access/key.ts";
import { hashSecret, parsePresentedKey, presentKey } from "../domain/access/presented-key.ts";
import type { PresentedKey } from "../domain/access/presented-key.ts";
import { RollwardError } from "../domain/errors.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { KeyStore } from "../ports/key-store.ts";
import type { House } from "./plug.ts";

/** What is needed to make the first key. */
export interface FirstKeyTerms {
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The operator's own choice, or `null`. */
  readonly adminKey: string | null;
}

/** The name of a key that the operator chose. */
const CHOSEN = "ROLLWARD_ADMIN_KEY";

/**
 * Sees to it that there is an admin key. Returns the text of a key that was made now, to be shown once;
 * `null` when one existed or the operator chose one. `warn` hears of what a choice leaves as it was.
 */
export async function ensureAdminKey(terms: FirstKeyTerms, warn: (warning: string) => void): Promise<string | null> {
  const { keys, clock, ids, adminKey } = terms;
  const known = await keys.list();
  const chosen = adminKey === null ? null : chosenKey(adminKey);
  if (chosen !== null) for (const warning of warningsOf(chosen, known)) warn(warning);
  if (chosen !== null && known.some(({ id }) => id === chosen.id)) return null;
  if (chosen === null && known.some(({ scopes, revokedAt }) => scopes.includes("admin") && revokedAt === null))
    return null;
  const id = chosen?.id ?? ids.next("key");
  const secret = chosen?.secret ?? ids.secret(32);
  const name = chosen === null ? "first admin key" : CHOSEN;
  await keys.create(adminKeyOf({ id, secret, name, createdAt: clock.now(), expiresAt: null }));
  return chosen === null ? presentKey(id, secret) : null;
}

/** A leaked key is not gone because another one stands in its place, and one that was revoked opens nothing. */
function warningsOf(chosen: PresentedKey, known: readonly Key[]): readonly string[] {
  const revoked = known.filter(({ id, revokedAt }) => id === chosen.id && revokedAt !== null);
  const older = known.filter(({ id, name, revokedAt }) => name === CHOSEN && id !== chosen.id && revokedAt === null);
  return [
    ...revoked.map(() => `The key in ${CHOSEN} was revoked: whatever is asked with it is refused. Choose another one.`),
    ...older.map(
      ({ id }) =>
        `An admin key that stood in ${CHOSEN} before is still good. If it is not meant to be: \`rollward keys revoke ${id}\`.`,
    ),
  ];
}

/** The operator's own key; throws `key_mistyped` for one that looks like ours and has a typing error. */
function chosenKey(adminKey: string): PresentedKey {
  const chosen = parsePresentedKey(adminKey);
  if (chosen === null) throw new RollwardError("key_mistyped");
  return chosen;
}

/** How long the demo's key is good: a demo that runs longer has told its story. */
const DEMO_KEY_MS = 24 * 60 * 60_000;

/** An admin key for the demo's own process, never shown. */
export async function createDemoKey({ stores, gateway }: Pick<House, "stores" | "gateway">): Promise<string> {
  const { clock, ids } = gateway;
  const id = ids.next("key");
  const secret = ids.secret(32);
  const createdAt = clock.now();
  await stores.keys.create(adminKeyOf({ id, secret, name: "demo", createdAt, expiresAt: createdAt + DEMO_KEY_MS }));
  gateway.keys.replace(await stores.keys.list());
  return presentKey(id, secret);
}

function adminKeyOf(key: Pick<Key, "id" | "name" | "createdAt" | "expiresAt"> & { readonly secret: string }): Key {
  const { secret, ...rest } = key;
  return { ...rest, scopes: ["admin"], endpoints: null, secretHash: hashSecret(secret), revokedAt: null };
}
