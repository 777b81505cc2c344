import { sql } from "kysely";
import type { Kysely, Selectable, Transaction } from "kysely";
import type { Release, ReleaseContent } from "../../../domain/release/release.ts";
import type { ReleaseStore } from "../../../ports/release-store.ts";
import { pinParts } from "./pin-parts.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

type Row = Selectable<Tables["releases"]>;

/** Releases in PostgreSQL. */
export function createPostgresReleaseStore(db: Kysely<Tables>): ReleaseStore {
  const select = () => db.selectFrom("releases").selectAll();
  return {
    freeze: (release) => db.transaction().execute((transaction) => freeze(transaction, release)),
    async byId(id) {
      const row = await select().where("id", "=", plainText(id)).executeTakeFirst();
      return row === undefined ? null : releaseOf(row);
    },
    async byNumber(endpoint, number) {
      const row = await select()
        .where("endpoint", "=", plainText(endpoint))
        .where("number", "=", number)
        .executeTakeFirst();
      return row === undefined ? null : releaseOf(row);
    },
    async byDigest(endpoint, digest) {
      const row = await select()
        .where("endpoint", "=", plainText(endpoint))
        .where("digest", "=", plainText(digest))
        .executeTakeFirst();
      return row === undefined ? null : releaseOf(row);
    },
    async list(endpoint, limit) {
      const rows = await select()
        .where("endpoint", "=", plainText(endpoint))
        .orderBy("number", "desc")
        .limit(limit)
        .execute();
      return rows.map(releaseOf);
    },
  };
}

/** One writer per endpoint at a time, so that its numbers have no gaps and no two writers take the same. */
async function freeze(db: Transaction<Tables>, release: Release): ReturnType<ReleaseStore["freeze"]> {
  const endpoint = plainText(release.endpoint);
  await sql`select pg_advisory_xact_lock(hashtextextended(${`releases of ${endpoint}`}, 0))`.execute(db);
  const own = db.selectFrom("releases").where("endpoint", "=", endpoint);
  const known = await own.where("digest", "=", release.digest).selectAll().executeTakeFirst();
  if (known !== undefined) return { release: releaseOf(known), created: false };
  const { last } = await own.select((each) => each.fn.max("number").as("last")).executeTakeFirstOrThrow();
  const { id, digest, createdAt, content } = release;
  const row = await db
    .insertInto("releases")
    .values({
      id,
      endpoint,
      number: (last ?? 0) + 1,
      digest,
      content: JSON.stringify(content),
      created_at: createdAt,
      author: plainText(release.author),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const kept = releaseOf(row);
  await pinParts(db, kept);
  return { release: kept, created: true };
}

const releaseOf = ({ id, endpoint, number, digest, content, created_at, author }: Row): Release => ({
  id,
  endpoint,
  number,
  digest,
  content: content as ReleaseContent,
  createdAt: created_at,
  author,
});
