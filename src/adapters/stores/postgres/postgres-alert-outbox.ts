import { sql } from "kysely";
import type { Kysely, Selectable, Transaction } from "kysely";
import type { AlertDelivery, Telling } from "../../../domain/alerts/delivery.ts";
import type { AlertDesk } from "../../../domain/alerts/desk.ts";
import type { AlertOutbox } from "../../../ports/alert-outbox.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Messages of alerts in PostgreSQL. */
export function createPostgresAlertOutbox(db: Kysely<Tables>): AlertOutbox {
  return {
    async desk(environment) {
      const query = db.selectFrom("alert_desks").select("desk").where("environment", "=", plainText(environment));
      const row = await query.executeTakeFirst();
      return row === undefined ? null : (row.desk as AlertDesk);
    },
    commit: (desk, deliveries) => db.transaction().execute((transaction) => commit(transaction, desk, deliveries)),
    heads: (now, limit) => headsOf(db, now, limit),
    async claim(id, now, until) {
      const { numUpdatedRows } = await db
        .updateTable("alert_deliveries")
        .set({ claimed_until: until })
        .where("id", "=", plainText(id))
        .where("sent_at", "is", null)
        .where("given_up_at", "is", null)
        .where("claimed_until", "<=", now)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
    async tried(id, outcome) {
      const set = {
        tries: sql<number>`tries + 1`,
        claimed_until: 0,
        ...("sentAt" in outcome && { sent_at: outcome.sentAt }),
        ...("trouble" in outcome && { trouble: plainText(outcome.trouble) }),
        ...("dueAt" in outcome && { due_at: outcome.dueAt }),
        ...("givenUpAt" in outcome && { given_up_at: outcome.givenUpAt }),
      };
      await db.updateTable("alert_deliveries").set(set).where("id", "=", plainText(id)).execute();
    },
    async deliveries({ environment, notifier, waiting, limit }) {
      let query = db.selectFrom("alert_deliveries").selectAll().orderBy("seq", "desc").limit(limit);
      if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
      if (notifier !== undefined) query = query.where("notifier", "=", plainText(notifier));
      if (waiting === true) query = query.where("sent_at", "is", null).where("given_up_at", "is", null);
      return (await query.execute()).map(deliveryOf);
    },
    async expire(before) {
      await db
        .deleteFrom("alert_deliveries")
        .where((each) => each.or([each("sent_at", "<", before), each("given_up_at", "<", before)]))
        .execute();
    },
  };
}

async function commit(
  db: Transaction<Tables>,
  desk: AlertDesk,
  deliveries: readonly Omit<AlertDelivery, "seq">[],
): Promise<boolean> {
  const { version } = desk;
  const environment = plainText(desk.environment);
  const text = plainText(JSON.stringify(desk));
  const isFirst =
    version === 1
      ? (
          await db
            .insertInto("alert_desks")
            .values({ environment, version, desk: text })
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirst()
        ).numInsertedOrUpdatedRows === 1n
      : (
          await db
            .updateTable("alert_desks")
            .set({ version, desk: text })
            .where("environment", "=", environment)
            .where("version", "=", version - 1)
            .executeTakeFirst()
        ).numUpdatedRows === 1n;
  if (!isFirst) return false;
  if (deliveries.length === 0) return true;
  const rows = deliveries.map(({ id, notifier, group, telling, tries, createdAt, dueAt }) => ({
    id,
    environment,
    notifier: plainText(notifier),
    lane: plainText(group),
    telling: plainText(JSON.stringify(telling)),
    tries,
    created_at: createdAt,
    due_at: dueAt,
  }));
  await db
    .insertInto("alert_deliveries")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return true;
}

async function headsOf(db: Kysely<Tables>, now: number, limit: number): Promise<readonly AlertDelivery[]> {
  const heads = db
    .selectFrom("alert_deliveries")
    .selectAll()
    .distinctOn(["environment", "notifier", "lane"])
    .where("sent_at", "is", null)
    .where("given_up_at", "is", null)
    .orderBy("environment")
    .orderBy("notifier")
    .orderBy("lane")
    .orderBy("seq");
  const ranked = db
    .selectFrom(heads.as("heads"))
    .selectAll()
    .select(sql<number>`row_number() over (partition by environment, notifier order by seq)`.as("place"))
    .where("claimed_until", "<=", now);
  const rows = await db
    .selectFrom(ranked.as("ranked"))
    .selectAll()
    .where("place", "<=", limit)
    .orderBy("seq")
    .execute();
  return rows.map(deliveryOf);
}

const deliveryOf = (row: Selectable<Tables["alert_deliveries"]>): AlertDelivery => ({
  id: row.id,
  seq: row.seq,
  environment: row.environment,
  notifier: row.notifier,
  group: row.lane,
  telling: row.telling as Telling,
  tries: row.tries,
  createdAt: row.created_at,
  dueAt: row.due_at,
  sentAt: row.sent_at,
  givenUpAt: row.given_up_at,
  trouble: row.trouble,
});
