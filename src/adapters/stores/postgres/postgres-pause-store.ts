import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import { subjectKey, subjectOfKey } from "../../../domain/access/pause.ts";
import type { Pause, RuleFact } from "../../../domain/access/pause.ts";
import type { PauseStore } from "../../../ports/pause-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Pauses in PostgreSQL. */
export function createPostgresPauseStore(db: Kysely<Tables>): PauseStore {
  const inForceOn = (subject: string) =>
    db
      .selectFrom("pauses")
      .selectAll()
      .where("subject", "=", subject)
      .where("lifted_at", "is", null)
      .executeTakeFirst();
  /** What was written before its answer was lost, and lifted since. */
  const withId = (id: string) => db.selectFrom("pauses").selectAll().where("id", "=", plainText(id)).executeTakeFirst();
  return {
    async open(pause) {
      const subject = plainText(subjectKey(pause.subject));
      const made = await db
        .insertInto("pauses")
        .values(rowOf(pause))
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      const kept = made ?? (await inForceOn(subject)) ?? (await withId(pause.id));
      // The one that was in the way has been lifted in between.
      return kept === undefined ? this.open(pause) : pauseOf(kept);
    },
    async lift(id, { at, by, reason }) {
      const row = await db
        .updateTable("pauses")
        .set({
          lifted_by: sql<string>`case when lifted_at is null then ${plainText(by)} else lifted_by end`,
          lifted_reason: sql<string>`case when lifted_at is null then ${plainText(reason)} else lifted_reason end`,
          lifted_at: sql<number>`coalesce(lifted_at, ${at})`,
        })
        .where("id", "=", plainText(id))
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : pauseOf(row);
    },
    async list({ inForce, environment, limit }) {
      let query = db.selectFrom("pauses").selectAll().orderBy("position", "desc").limit(limit);
      if (inForce) query = query.where("lifted_at", "is", null);
      if (environment === null) query = query.where("subject", "!~", ELSEWHERE);
      if (environment != null) query = query.where(sql<boolean>`starts_with(subject, ${`${environment}/`})`);
      return (await query.execute()).map(pauseOf);
    },
    async lastBy(rule, subjects) {
      const keys = subjects.map((subject) => plainText(subjectKey(subject)));
      const rows = await db
        .selectFrom("pauses")
        .selectAll()
        .distinctOn("subject")
        .where("rule", "=", rule)
        .where("subject", "=", sql<string>`any(${keys})`)
        .orderBy("subject")
        .orderBy("position", "desc")
        .execute();
      return rows.map(pauseOf);
    },
  };
}

/** Of another environment than the own: its name and a slash stand first (see `subjectKey`). */
const ELSEWHERE = "^[^ /]+/";

const rowOf = ({ id, subject, reason, by, at, lifted, rule }: Pause) => ({
  id,
  subject: plainText(subjectKey(subject)),
  reason: plainText(reason),
  opened_by: plainText(by),
  opened_at: at,
  lifted_at: lifted?.at ?? null,
  lifted_by: lifted === null ? null : plainText(lifted.by),
  lifted_reason: lifted === null ? null : plainText(lifted.reason),
  rule: rule?.name ?? null,
  rule_outcome: rule?.outcome ?? null,
  rule_until: rule?.until ?? null,
});

const pauseOf = (row: Selectable<Tables["pauses"]>): Pause => ({
  id: row.id,
  subject: subjectOfKey(row.subject),
  reason: row.reason,
  by: row.opened_by,
  at: row.opened_at,
  lifted:
    row.lifted_at === null ? null : { at: row.lifted_at, by: row.lifted_by ?? "", reason: row.lifted_reason ?? "" },
  ...(row.rule !== null && {
    rule: { name: row.rule, outcome: (row.rule_outcome ?? "paused") as RuleFact["outcome"], until: row.rule_until },
  }),
});
