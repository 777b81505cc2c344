import type { Kysely } from "kysely";
import type { ProjectStore } from "../../../ports/project-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Applied projects in PostgreSQL; earlier ones are kept. */
export function createPostgresProjectStore(db: Kysely<Tables>): ProjectStore {
  return {
    async save({ environment, files, appliedAt, author }) {
      const row = {
        environment: plainText(environment),
        files: JSON.stringify(files),
        applied_at: appliedAt,
        author: plainText(author),
      };
      await db.insertInto("projects").values(row).execute();
    },
    async latest() {
      const row = await db.selectFrom("projects").selectAll().orderBy("id", "desc").limit(1).executeTakeFirst();
      if (row === undefined) return null;
      return { environment: row.environment, files: row.files, appliedAt: row.applied_at, author: row.author };
    },
  };
}
