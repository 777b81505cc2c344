import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import { IDLE_MS } from "../../../domain/access/console-session.ts";
import type { ConsoleSession } from "../../../domain/access/console-session.ts";
import type { ConsoleStore } from "../../../ports/console-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

const MOST_LISTED = 1_000;

/** Sessions of the console in PostgreSQL. */
export function createPostgresConsoleStore(db: Kysely<Tables>): ConsoleStore {
  return {
    async open({ id, hash, keyId, createdAt, lastUsedAt, expiresAt }) {
      const times = { created_at: createdAt, last_used_at: lastUsedAt, expires_at: expiresAt };
      await db
        .insertInto("console_sessions")
        .values({ id, hash, key_id: plainText(keyId), ...times })
        .execute();
    },
    async byHash(hash) {
      const row = await db
        .selectFrom("console_sessions")
        .selectAll()
        .where("hash", "=", plainText(hash))
        .executeTakeFirst();
      return row === undefined ? null : sessionOf(row);
    },
    async touch(id, at) {
      await db
        .updateTable("console_sessions")
        .set({ last_used_at: sql<number>`greatest(last_used_at, ${at})` })
        .where("id", "=", id)
        .execute();
    },
    async close(id) {
      const { numDeletedRows } = await db
        .deleteFrom("console_sessions")
        .where("id", "=", plainText(id))
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
    async list(now) {
      const rows = await db
        .selectFrom("console_sessions")
        .selectAll()
        .where("expires_at", ">", now)
        .where("last_used_at", ">", now - IDLE_MS)
        .orderBy("id", "desc")
        .limit(MOST_LISTED)
        .execute();
      return rows.map(sessionOf);
    },
    ...linksIn(db),
    async expire(now) {
      await db
        .deleteFrom("console_sessions")
        .where((where) => where.or([where("expires_at", "<=", now), where("last_used_at", "<=", now - IDLE_MS)]))
        .execute();
      await db.deleteFrom("console_links").where("expires_at", "<=", now).execute();
    },
  };
}

/** One-time links. */
const linksIn = (db: Kysely<Tables>): Pick<ConsoleStore, "keepLink" | "takeLink"> => ({
  async keepLink({ hash, keyId, expiresAt }) {
    await db
      .insertInto("console_links")
      .values({ hash, key_id: plainText(keyId), expires_at: expiresAt })
      .execute();
  },
  async takeLink(hash, now) {
    // One statement: of two that come together one gets it.
    const row = await db
      .deleteFrom("console_links")
      .where("hash", "=", plainText(hash))
      .where("expires_at", ">", now)
      .returning("key_id")
      .executeTakeFirst();
    return row?.key_id ?? null;
  },
});

const sessionOf = (row: Selectable<Tables["console_sessions"]>): ConsoleSession => ({
  id: row.id,
  hash: row.hash,
  keyId: row.key_id,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  expiresAt: row.expires_at,
});
