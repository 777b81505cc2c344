import { sql } from "kysely";
import type { Kysely, Selectable, Transaction } from "kysely";
import type { Acknowledgement, Alert, AlertTransition } from "../../../domain/alerts/alert.ts";
import type { AlertStep } from "../../../domain/alerts/step-alert.ts";
import { transitionOf } from "../../../domain/alerts/transition-of.ts";
import type { AlertStore, OverAlerts } from "../../../ports/alert-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

const OVER = ["ok", "resolved"];

/** Alerts in PostgreSQL. */
export function createPostgresAlertStore(db: Kysely<Tables>): AlertStore {
  return {
    async states(environment) {
      const rows = await db
        .selectFrom("alerts")
        .selectAll()
        .where("environment", "=", plainText(environment))
        .execute();
      return rows.map(alertOf);
    },
    async firing(environment) {
      let query = db.selectFrom("alerts").selectAll().where("status", "=", "firing").orderBy("since");
      if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
      return (await query.execute()).map(alertOf);
    },
    async byFingerprint(fingerprint) {
      const query = db.selectFrom("alerts").selectAll().where("fingerprint", "=", plainText(fingerprint));
      const row = await query.executeTakeFirst();
      return row === undefined ? null : alertOf(row);
    },
    append: (steps) =>
      steps.length === 0 ? Promise.resolve([]) : db.transaction().execute((transaction) => append(transaction, steps)),
    renew: (alerts) => renew(db, alerts),
    async transitions({ since, environment, fingerprint, newestFirst, limit }) {
      let query = db
        .selectFrom("alert_transitions")
        .select(["seq", "step"])
        .where("seq", ">", since)
        .orderBy("seq", newestFirst === true ? "desc" : "asc")
        .limit(limit);
      if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
      if (fingerprint !== undefined) query = query.where("fingerprint", "=", plainText(fingerprint));
      const rows = await query.execute();
      return rows.map(({ seq, step }) => transitionOf(step as AlertStep, seq));
    },
    async acknowledge(fingerprint, episode, by) {
      const row = await db
        .updateTable("alerts")
        .set({ acknowledged: sql<string>`coalesce(acknowledged, ${plainText(JSON.stringify(by))}::json)` })
        .where("fingerprint", "=", plainText(fingerprint))
        .where("episode", "=", episode)
        .where("status", "=", "firing")
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : alertOf(row);
    },
    async expire(before, only) {
      if (only !== undefined) return forgetOver(db, before, only);
      await db.deleteFrom("alert_transitions").where("at", "<", before).execute();
      await db.deleteFrom("alerts").where("status", "in", OVER).where("since", "<", before).execute();
    },
  };
}

async function renew(db: Kysely<Tables>, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length === 0) return;
  const rows = alerts.map((alert) => ({ fingerprint: alert.fingerprint, version: alert.version, alert }));
  await sql`
    update alerts set alert = x.alert
    from json_to_recordset(${plainText(JSON.stringify(rows))}::json) as x(fingerprint text, version int, alert json)
    where alerts.fingerprint = x.fingerprint and alerts.version = x.version and alerts.status in ('firing', 'pending')`.execute(
    db,
  );
}

async function forgetOver(
  db: Kysely<Tables>,
  before: number,
  { environment, rule, newest }: OverAlerts,
): Promise<void> {
  const over = db
    .selectFrom("alerts")
    .select("fingerprint")
    .where("environment", "=", plainText(environment))
    .where("status", "in", OVER)
    .where(sql`alert ->> 'rule'`, "=", rule)
    .orderBy("since", "desc")
    .offset(newest);
  // The status is looked at once more: one that fires again meanwhile is kept.
  await db
    .deleteFrom("alerts")
    .where("fingerprint", "in", over)
    .where("status", "in", OVER)
    .where("since", "<", before)
    .execute();
}

async function append(db: Transaction<Tables>, steps: readonly AlertStep[]): Promise<readonly AlertTransition[]> {
  // Without the lock a later number could be seen before an earlier one, and who reads on would pass over it.
  await sql`select pg_advisory_xact_lock(hashtextextended('alert transitions', 0))`.execute(db);
  const appended: AlertTransition[] = [];
  for (const step of steps) {
    if (!(await take(db, step))) continue;
    const { fingerprint, version, environment } = step.alert;
    const { seq } = await db
      .insertInto("alert_transitions")
      .values({
        fingerprint,
        version,
        environment: plainText(environment),
        at: step.at,
        step: plainText(JSON.stringify(step)),
      })
      .returning("seq")
      .executeTakeFirstOrThrow();
    appended.push(transitionOf(step, seq));
  }
  return appended;
}

/** Whether the alert was at the version before, and is at this one now. */
async function take(db: Transaction<Tables>, { alert }: AlertStep): Promise<boolean> {
  const { fingerprint, environment, status, since, episode, version, acknowledged } = alert;
  const row = {
    environment: plainText(environment),
    status,
    since,
    episode,
    version,
    acknowledged: acknowledged === null ? null : plainText(JSON.stringify(acknowledged)),
    alert: plainText(JSON.stringify(alert)),
  };
  if (version === 1) {
    const made = await db
      .insertInto("alerts")
      .values({ fingerprint, ...row })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return made.numInsertedOrUpdatedRows === 1n;
  }
  // Who has acknowledged while this was worked out is not forgotten by it.
  const { acknowledged: _, ...kept } = row;
  const changed = await db
    .updateTable("alerts")
    .set({ ...kept, ...(status === "firing" && { acknowledged: null }) })
    .where("fingerprint", "=", fingerprint)
    .where("version", "=", version - 1)
    .executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

const alertOf = ({ alert, acknowledged }: Selectable<Tables["alerts"]>): Alert => ({
  ...(alert as Alert),
  acknowledged: acknowledged as Acknowledgement | null,
});
