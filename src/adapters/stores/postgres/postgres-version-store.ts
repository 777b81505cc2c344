import type { Kysely, Selectable } from "kysely";
import type { Origin, ReleaseOrigin } from "../../../domain/release/origin.ts";
import type { PartKind, PartVersion } from "../../../domain/release/parts.ts";
import type { VersionStore } from "../../../ports/version-store.ts";
import { indexedText, plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Versions and origins in PostgreSQL. */
export function createPostgresVersionStore(db: Kysely<Tables>): VersionStore {
  return {
    async list({ kind, name, limit }) {
      let query = db.selectFrom("part_versions").selectAll().where("kind", "=", kind);
      if (name !== undefined) query = query.where("name", "=", indexedText(name));
      const rows = await query.orderBy("name").orderBy("number", "desc").limit(limit).execute();
      return rows.map(versionOf);
    },
    async ofRelease(releaseId) {
      const rows = await db
        .selectFrom("release_parts")
        .innerJoin("part_versions", (join) =>
          join
            .onRef("part_versions.kind", "=", "release_parts.kind")
            .onRef("part_versions.name", "=", "release_parts.name")
            .onRef("part_versions.number", "=", "release_parts.number"),
        )
        .where("release_id", "=", plainText(releaseId))
        .orderBy("position")
        .selectAll("part_versions")
        .execute();
      return rows.map(versionOf);
    },
    uses: (kind, digest, limit) => usesOf(db, { kind, digest, limit }),
    async note(origin) {
      await db.insertInto("release_origins").values(rowOf(origin)).execute();
    },
    async origins(releaseId) {
      const rows = await db
        .selectFrom("release_origins")
        .selectAll()
        .where("release_id", "=", plainText(releaseId))
        .orderBy("position")
        .execute();
      return rows.map(originOf);
    },
  };
}

function usesOf(
  db: Kysely<Tables>,
  { kind, digest, limit }: { readonly kind: PartKind; readonly digest: string; readonly limit: number },
): ReturnType<VersionStore["uses"]> {
  return db
    .selectFrom("release_parts")
    .innerJoin("releases", "releases.id", "release_parts.release_id")
    .where("release_parts.kind", "=", kind)
    .where("release_parts.digest", "=", plainText(digest))
    .select(["releases.id as releaseId", "releases.endpoint", "releases.number"])
    .distinct()
    .orderBy("releases.endpoint")
    .orderBy("releases.number", "desc")
    .limit(limit)
    .execute();
}

const versionOf = (row: Selectable<Tables["part_versions"]>): PartVersion => ({
  kind: row.kind as PartKind,
  name: row.name,
  number: row.number,
  digest: row.digest,
  content: row.content as PartVersion["content"],
  createdAt: row.created_at,
});

const rowOf = ({ releaseId, environment, origin, parent, at, by, reason }: ReleaseOrigin) => ({
  release_id: plainText(releaseId),
  environment: plainText(environment),
  origin: origin === null ? null : JSON.stringify(origin),
  parent: parent === null ? null : plainText(parent),
  at,
  noted_by: plainText(by),
  reason: reason === null ? null : plainText(reason),
});

const originOf = (row: Selectable<Tables["release_origins"]>): ReleaseOrigin => ({
  releaseId: row.release_id,
  environment: row.environment,
  origin: row.origin as Origin | null,
  parent: row.parent,
  at: row.at,
  by: row.noted_by,
  reason: row.reason,
});
