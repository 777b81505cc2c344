import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { NoticeEvent } from "../../../domain/rollout/notice-plan.ts";
import type { Notice, NoticeStore } from "../../../ports/notice-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Notices in PostgreSQL. */
export function createPostgresNoticeStore(db: Kysely<Tables>): NoticeStore {
  return {
    async add({ id, rolloutId, name, event, body, tries, dueAt }) {
      const row = {
        id,
        rollout_id: rolloutId,
        name: plainText(name),
        event,
        body: plainText(JSON.stringify(body)),
        tries,
        due_at: dueAt,
      };
      await db
        .insertInto("notices")
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async due(now, limit) {
      const rows = await db
        .selectFrom("notices")
        .selectAll()
        .where("sent_at", "is", null)
        .where("given_up_at", "is", null)
        .where("due_at", "<=", now)
        .orderBy("due_at")
        .orderBy("position")
        .limit(limit)
        .execute();
      return rows.map(noticeOf);
    },
    async tried(id, outcome) {
      const set = {
        tries: sql<number>`tries + 1`,
        ...("sentAt" in outcome && { sent_at: outcome.sentAt }),
        ...("trouble" in outcome && { trouble: plainText(outcome.trouble) }),
        ...("dueAt" in outcome && { due_at: outcome.dueAt }),
        ...("givenUpAt" in outcome && { given_up_at: outcome.givenUpAt }),
      };
      await db.updateTable("notices").set(set).where("id", "=", id).execute();
    },
    async expire(before) {
      await db
        .deleteFrom("notices")
        .where((each) => each.or([each("sent_at", "<", before), each("given_up_at", "<", before)]))
        .execute();
    },
    async of(rolloutId, limit) {
      const rows = await db
        .selectFrom("notices")
        .selectAll()
        .where("rollout_id", "=", plainText(rolloutId))
        .orderBy("position", "desc")
        .limit(limit)
        .execute();
      return rows.map(noticeOf);
    },
  };
}

const noticeOf = (row: Selectable<Tables["notices"]>): Notice => ({
  id: row.id,
  rolloutId: row.rollout_id,
  name: row.name,
  event: row.event as NoticeEvent,
  body: row.body as Notice["body"],
  tries: row.tries,
  dueAt: row.due_at,
  sentAt: row.sent_at,
  givenUpAt: row.given_up_at,
  trouble: row.trouble,
});
