import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Silence } from "../../../domain/alerts/silence.ts";
import type { SilenceStore } from "../../../ports/silence-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Silences in PostgreSQL. */
export function createPostgresSilenceStore(db: Kysely<Tables>): SilenceStore {
  return {
    async add(silence) {
      const { id, environment, endsAt, endedAt } = silence;
      const row = { id, environment: plainText(environment), ends_at: endsAt, ended_at: endedAt };
      await db
        .insertInto("alert_silences")
        .values({ ...row, silence: plainText(JSON.stringify(silence)) })
        .execute();
    },
    async list({ environment, notOverAt, limit }) {
      let query = db.selectFrom("alert_silences").selectAll().orderBy("position", "desc").limit(limit);
      if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
      if (notOverAt !== undefined) query = query.where(sql<boolean>`coalesce(ended_at, ends_at) > ${notOverAt}`);
      return (await query.execute()).map(silenceOf);
    },
    async end(id, environment, at) {
      const row = await db
        .updateTable("alert_silences")
        .set({ ended_at: sql<number>`case when coalesce(ended_at, ends_at) <= ${at} then ended_at else ${at} end` })
        .where("id", "=", plainText(id))
        .where("environment", "=", plainText(environment))
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : silenceOf(row);
    },
    async expire(before) {
      await db
        .deleteFrom("alert_silences")
        .where(sql<boolean>`coalesce(ended_at, ends_at) < ${before}`)
        .execute();
    },
  };
}

const silenceOf = ({ silence, ended_at }: Selectable<Tables["alert_silences"]>): Silence => ({
  ...(silence as Silence),
  endedAt: ended_at,
});
