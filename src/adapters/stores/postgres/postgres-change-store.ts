import type { Kysely } from "kysely";
import type { Change } from "../../../domain/changes/change.ts";
import type { ChangeStore } from "../../../ports/change-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** The record of changes in PostgreSQL. */
export function createPostgresChangeStore(db: Kysely<Tables>): ChangeStore {
  return {
    async note(change) {
      const made = await db
        .insertInto("change_log")
        .values({
          id: plainText(change.id),
          at: change.at,
          kind: change.kind,
          environment: change.environment === null ? null : plainText(change.environment),
          endpoint: change.endpoint === null ? null : plainText(change.endpoint),
          subject: change.subject === undefined ? null : plainText(change.subject),
          change: JSON.stringify(change),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .executeTakeFirst();
      return made !== undefined;
    },
    async list({ since, until, environment, endpoint, kind, subject, limit }) {
      let query = db.selectFrom("change_log").select("change").orderBy("at", "desc").orderBy("id", "desc").limit(limit);
      if (since !== undefined) query = query.where("at", ">=", since);
      if (until !== undefined) query = query.where("at", "<", until);
      if (kind !== undefined) query = query.where("kind", "=", kind);
      if (subject !== undefined) query = query.where("subject", "=", plainText(subject));
      if (environment !== undefined) {
        const name = plainText(environment);
        query = query.where((where) => where.or([where("environment", "is", null), where("environment", "=", name)]));
      }
      if (endpoint !== undefined) {
        const name = plainText(endpoint);
        query = query.where((where) => where.or([where("endpoint", "is", null), where("endpoint", "=", name)]));
      }
      return (await query.execute()).map(({ change }) => change as Change);
    },
    async expire(before) {
      await db.deleteFrom("change_log").where("at", "<", before).execute();
    },
  };
}
