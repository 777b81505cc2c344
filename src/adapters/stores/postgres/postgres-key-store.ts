import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Key, Scope } from "../../../domain/access/key.ts";
import type { KeyStore } from "../../../ports/key-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Keys in PostgreSQL, in the order in which they were created. */
export function createPostgresKeyStore(db: Kysely<Tables>): KeyStore {
  return {
    async create({
      id,
      name,
      scopes,
      endpoints,
      secretHash,
      createdAt,
      expiresAt,
      revokedAt,
      tenant,
      roles,
      environment,
    }) {
      const row = {
        id,
        name: plainText(name),
        scopes: JSON.stringify(scopes),
        endpoints: endpoints === null ? null : JSON.stringify(endpoints),
        secret_hash: secretHash,
        created_at: createdAt,
        expires_at: expiresAt,
        revoked_at: revokedAt,
        tenant: tenant === undefined ? null : plainText(tenant),
        roles: roles === undefined ? null : JSON.stringify(roles),
        environment: environment === undefined ? null : plainText(environment),
      };
      await db.insertInto("keys").values(row).execute();
    },
    async list() {
      const rows = await db.selectFrom("keys").selectAll().orderBy("position").execute();
      return rows.map(keyOf);
    },
    async revoke(id, at) {
      const row = await db
        .updateTable("keys")
        .set({ revoked_at: sql<number>`coalesce(revoked_at, ${at})` })
        .where("id", "=", plainText(id))
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : keyOf(row);
    },
  };
}

const keyOf = (row: Selectable<Tables["keys"]>): Key => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes as readonly Scope[],
  endpoints: row.endpoints,
  secretHash: row.secret_hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
  ...(row.tenant !== null && { tenant: row.tenant }),
  ...(row.roles !== null && { roles: row.roles }),
  ...(row.environment !== null && { environment: row.environment }),
});
