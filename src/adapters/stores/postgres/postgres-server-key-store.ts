import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { ServerKeyStore } from "../../../ports/server-key-store.ts";
import type { Tables } from "./tables.ts";

/** The server's key in PostgreSQL, in the one row of its table. */
export function createPostgresServerKeyStore(db: Kysely<Tables>): ServerKeyStore {
  const find = async (): Promise<string | null> => {
    const { rows } = await sql<{ private_key: string }>`select private_key from server_keys`.execute(db);
    return rows[0]?.private_key ?? null;
  };
  return {
    find,
    async keep(privateKey, now) {
      await sql`insert into server_keys (private_key, created_at) values (${privateKey}, ${now})
        on conflict do nothing`.execute(db);
      return (await find()) ?? privateKey;
    },
  };
}
