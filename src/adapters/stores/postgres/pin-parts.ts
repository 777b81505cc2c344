import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import { partsOf } from "../../../domain/release/parts.ts";
import type { Part } from "../../../domain/release/parts.ts";
import type { Release, ReleaseContent } from "../../../domain/release/release.ts";
import { indexedText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Releases whose parts are numbered in one transaction: each takes some ten statements. */
const AT_ONCE = 50;

/**
 * Gives the parts of a release their versions, within the transaction that freezes it. One writer at a time in the
 * whole database, so that numbers have no gaps and equal content has one version.
 */
export async function pinParts(
  db: Transaction<Tables>,
  { id, content, createdAt }: Pick<Release, "id" | "content" | "createdAt">,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('versions of parts', 0))`.execute(db);
  for (const [position, part] of partsOf(content).entries()) {
    const name = indexedText(part.name);
    const number = await numberOf(db, { ...part, name }, createdAt);
    const row = { release_id: id, position, kind: part.kind, name, number, digest: part.digest };
    await db
      .insertInto("release_parts")
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function numberOf(db: Transaction<Tables>, part: Part, createdAt: number): Promise<number> {
  const { kind, name, digest, content } = part;
  const line = db.selectFrom("part_versions").where("kind", "=", kind).where("name", "=", name);
  const known = await line.where("digest", "=", digest).select("number").executeTakeFirst();
  if (known !== undefined) return known.number;
  const { last } = await line.select((each) => each.fn.max("number").as("last")).executeTakeFirstOrThrow();
  const number = (last ?? 0) + 1;
  await db
    .insertInto("part_versions")
    .values({ kind, name, number, digest, content: JSON.stringify(content), created_at: createdAt })
    .execute();
  return number;
}

/**
 * Gives versions to the parts of releases from before there were any, oldest first. Safe to run at every start and on
 * several servers at once.
 */
export async function pinOldReleases(db: Kysely<Tables>): Promise<void> {
  let after = { createdAt: -1, id: "" };
  for (;;) {
    const { createdAt, id } = after;
    const rows = await db
      .selectFrom("releases")
      .select(["id", "content", "created_at"])
      .where((each) =>
        each.not(
          each.exists(each.selectFrom("release_parts").select("position").whereRef("release_id", "=", "releases.id")),
        ),
      )
      // From one page to the next, because a release without parts is still without them after its turn. The content is not
      // looked into here: PostgreSQL reads no JSON with an escaped NUL.
      .where((each) =>
        each.or([
          each("created_at", ">", createdAt),
          each.and([each("created_at", "=", createdAt), each("id", ">", id)]),
        ]),
      )
      .orderBy("created_at")
      .orderBy("id")
      .limit(AT_ONCE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return;
    await db.transaction().execute(async (transaction) => {
      for (const row of rows) {
        await pinParts(transaction, { id: row.id, content: row.content as ReleaseContent, createdAt: row.created_at });
      }
    });
    if (rows.length < AT_ONCE) return;
    after = { createdAt: last.created_at, id: last.id };
  }
}
