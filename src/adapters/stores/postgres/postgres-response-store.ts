import { sql } from "kysely";
import type { Kysely } from "kysely";
import { outputItems } from "../../../domain/call/output-items.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { FoundItems, ResponseStore, StoredResponse, WantedItems } from "../../../ports/response-store.ts";
import { compress, decompress } from "./compress.ts";
import { indexedText, plainText } from "./plain-text.ts";
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
    findItems: (wanted) => itemsIn(db, wanted),
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
  const items = outputItems(response);
  const output = items.size === 0 ? null : Buffer.from(JSON.stringify([...items.values()]));
  const data = await compress(bytes);
  return {
    id: plainText(id),
    key_id: plainText(keyId),
    created_at: createdAt,
    expires_at: expiresAt,
    raw_bytes: bytes.length,
    data,
    item_ids: [...new Set([...items.keys()].map(indexedText))],
    output_bytes: output?.length ?? 0,
    output: output === null ? null : await compress(output),
  };
}

interface ItemRow {
  /** `null` when all together are too much. */
  readonly output: Buffer | null;
  readonly bytes: number;
}

async function itemsIn(db: Kysely<Tables>, wanted: WantedItems): Promise<FoundItems | null> {
  const { rows } = await answersWith(db, wanted);
  const found = new Map<string, JsonObject>();
  const ids = new Set(wanted.ids);
  for (const { output, bytes } of rows) {
    if (output === null) return null;
    const items = JSON.parse((await decompress(output, bytes)).toString()) as readonly JsonObject[];
    for (const [id, item] of outputItems({ output: items })) if (ids.has(id) && !found.has(id)) found.set(id, item);
  }
  return found;
}

/** Answers that hold one of the items, the newest first: of each item the newest answer alone is read. */
function answersWith(db: Kysely<Tables>, { keyId, ids, now, mostBytes }: WantedItems) {
  const key = plainText(keyId);
  const items = ids.map(indexedText);
  return sql<ItemRow>`
    with holding as materialized (
      select id, created_at, item_ids from responses
      where key_id = ${key} and expires_at > ${now} and item_ids && ${items}::text[]
    ), newest as (
      select distinct on (item) id from holding, unnest(item_ids) as item
      where item = any(${items}::text[]) order by item, created_at desc, id
    )
    select case when sum(output_bytes) over () <= ${mostBytes} then output end as output, output_bytes as bytes
    from responses where key_id = ${key} and id in (select id from newest) order by created_at desc, id
  `.execute(db);
}
