import type { Kysely, Selectable } from "kysely";
import type { Origin } from "../../../domain/release/origin.ts";
import type { AppliedProject, ProjectStore } from "../../../ports/project-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Applied projects in PostgreSQL; earlier ones are kept. */
export function createPostgresProjectStore(db: Kysely<Tables>): ProjectStore {
  return {
    async save({ environment, files, appliedAt, author, origin, isOwn = true }) {
      const row = {
        environment: plainText(environment),
        files: JSON.stringify(files),
        applied_at: appliedAt,
        author: plainText(author),
        origin: origin === undefined ? null : JSON.stringify(origin),
        is_own: isOwn,
      };
      await db.insertInto("projects").values(row).execute();
    },
    async latest(environment) {
      const newest = db.selectFrom("projects").selectAll().orderBy("id", "desc").limit(1);
      const wanted =
        environment === undefined
          ? newest.where("is_own", "=", true)
          : newest.where("environment", "=", plainText(environment));
      const row = await wanted.executeTakeFirst();
      return row === undefined ? null : projectOf(row);
    },
    async all() {
      const newest = db
        .selectFrom("projects")
        .select(({ fn }) => fn.max("id").as("id"))
        .groupBy("environment");
      const rows = await db.selectFrom("projects").selectAll().where("id", "in", newest).orderBy("id").execute();
      return rows.map(projectOf);
    },
    async history(environment, since, limit) {
      const rows = await db
        .selectFrom("projects")
        .selectAll()
        .where("environment", "=", plainText(environment))
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return sinceAndBefore(rows.map(projectOf), since);
    },
  };
}

function sinceAndBefore(projects: readonly AppliedProject[], since: number): readonly AppliedProject[] {
  const before = projects.findIndex(({ appliedAt }) => appliedAt < since);
  return before === -1 ? projects : projects.slice(0, before + 1);
}

const projectOf = (row: Selectable<Tables["projects"]>): AppliedProject => ({
  environment: row.environment,
  files: row.files,
  appliedAt: row.applied_at,
  author: row.author,
  ...(row.origin !== null && { origin: row.origin as Origin }),
  ...(!row.is_own && { isOwn: false }),
});
