import { sql } from "kysely";
import type { Kysely, RawBuilder, Selectable, SqlBool } from "kysely";
import { freezeKey } from "../../../domain/access/freeze.ts";
import type { Freeze, FreezeScope, FreezeSubject } from "../../../domain/access/freeze.ts";
import type { FreezeStore } from "../../../ports/freeze-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Freezes in PostgreSQL. */
export function createPostgresFreezeStore(db: Kysely<Tables>): FreezeStore {
  return {
    async open({ id, subject, reason, by, at, until, lifted }) {
      const row = {
        id,
        subject: plainText(freezeKey(subject)),
        reason: plainText(reason),
        opened_by: plainText(by),
        opened_at: at,
        until,
        lifted_at: lifted?.at ?? null,
        lifted_by: lifted === null ? null : plainText(lifted.by),
        lifted_reason: lifted === null ? null : plainText(lifted.reason),
      };
      await db.insertInto("freezes").values(row).execute();
    },
    async lift(id, { at, by, reason }) {
      const row = await db
        .updateTable("freezes")
        .set({
          lifted_by: sql<string>`case when lifted_at is null then ${plainText(by)} else lifted_by end`,
          lifted_reason: sql<string>`case when lifted_at is null then ${plainText(reason)} else lifted_reason end`,
          lifted_at: sql<number>`coalesce(lifted_at, ${at})`,
        })
        .where("id", "=", plainText(id))
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : freezeOf(row);
    },
    async list({ id, now, about, limit }) {
      let query = db.selectFrom("freezes").selectAll().orderBy("position", "desc").limit(limit);
      if (id !== undefined) query = query.where("id", "=", plainText(id));
      if (about !== undefined) query = query.where(isAbout(about));
      if (now !== undefined) {
        query = query
          .where("lifted_at", "is", null)
          .where((where) => where.or([where("until", "is", null), where("until", ">", now)]));
      }
      return (await query.execute()).map(freezeOf);
    },
  };
}

/** The subjects that a freeze of the scope may have; with an endpoint these are three, which the index knows. */
function isAbout({ endpoint, environment }: FreezeScope): RawBuilder<SqlBool> {
  const around = [freezeKey({ type: "everything" }), freezeKey({ type: "environment", environment })].map(plainText);
  if (endpoint === undefined) {
    const ofEndpoints = plainText(freezeKey({ type: "endpoint", environment, endpoint: "" }));
    return sql<SqlBool>`(subject in (${sql.join(around)}) or starts_with(subject, ${ofEndpoints}))`;
  }
  const own = plainText(freezeKey({ type: "endpoint", environment, endpoint }));
  return sql<SqlBool>`subject in (${sql.join([...around, own])})`;
}

const freezeOf = (row: Selectable<Tables["freezes"]>): Freeze => ({
  id: row.id,
  subject: subjectOf(row.subject),
  reason: row.reason,
  by: row.opened_by,
  at: row.opened_at,
  until: row.until,
  lifted:
    row.lifted_at === null ? null : { at: row.lifted_at, by: row.lifted_by ?? "", reason: row.lifted_reason ?? "" },
});

function subjectOf(text: string): FreezeSubject {
  const [type, environment = "", endpoint = ""] = text.split(" ");
  if (type === "environment") return { type, environment };
  return type === "endpoint" ? { type, environment, endpoint } : { type: "everything" };
}
