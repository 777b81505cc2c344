import type { Kysely } from "kysely";
import type { ResponseStore, StoredResponse } from "../../../ports/response-store.ts";
import { compress, decompress } from "./compress.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Rows that are deleted at a time: in the embedded database a long statement makes everybody wait. */
const DELETED_AT_ONCE = 500;

/** What is compressed: everything but the columns. */
type Packed = Pick<StoredResponse, "session" | "input" | "response">;

/** Responses in PostgreSQL, each compressed in a row of its own. */
export function createPostgresResponseStore(db: Kysely<Tables>): ResponseStore {
  return {
    async append(responses) {
      if (responses.length === 0) return;
      const rows = await Promise.all(responses.map(rowOf));
      await db
        .insertInto("responses")
        .values(rows)
        .onConflict((conflict) => conflict.columns(["key_id", "id"]).doNothing())
        .execute();
    },
    async find(keyId, id, now) {
      const row = await db
        .selectFrom("responses")
        .selectAll()
        .where("key_id", "=", plainText(keyId))
        .where("id", "=", plainText(id))
        .where("expires_at", ">", now)
        .executeTakeFirst();
      if (row === undefined) return null;
      const packed = JSON.parse((await decompress(row.data, row.raw_bytes)).toString()) as Packed;
      return { id: row.id, keyId: row.key_id, createdAt: row.created_at, expiresAt: row.expires_at, ...packed };
    },
    async delete(keyId, id) {
      const deleted = await db
        .deleteFrom("responses")
        .where("key_id", "=", plainText(keyId))
        .where("id", "=", plainText(id))
        .executeTakeFirst();
      return deleted.numDeletedRows > 0n;
    },
    async expire(now) {
      for (;;) {
        const expired = db
          .selectFrom("responses")
          .select(["key_id", "id"])
          .where("expires_at", "<=", now)
          .limit(DELETED_AT_ONCE);
        const { numDeletedRows } = await db
          .deleteFrom("responses")
          .where((where) => where.eb(where.refTuple("key_id", "id"), "in", expired.$asTuple("key_id", "id")))
          .executeTakeFirst();
        if (numDeletedRows < BigInt(DELETED_AT_ONCE)) return;
      }
    },
  };
}

async function rowOf({ id, keyId, createdAt, expiresAt, session, input, response }: StoredResponse) {
  const packed: Packed = { session, input, response };
  const bytes = Buffer.from(JSON.stringify(packed));
  const data = await compress(bytes);
  return {
    id: plainText(id),
    key_id: plainText(keyId),
    created_at: createdAt,
    expires_at: expiresAt,
    raw_bytes: bytes.length,
    data,
  };
}
