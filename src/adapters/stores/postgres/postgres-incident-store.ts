import type { Kysely, Transaction } from "kysely";
import { isOpenIncident } from "../../../domain/incidents/incident.ts";
import type { Incident, IncidentEvent } from "../../../domain/incidents/incident.ts";
import type { IncidentChange, IncidentStore } from "../../../ports/incident-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Makes a transaction end without a trace, and says why. */
class Lost extends Error {
  readonly to: "conflict" | "taken";

  constructor(to: "conflict" | "taken") {
    super(to);
    this.to = to;
  }
}

/** Incidents in PostgreSQL. */
export function createPostgresIncidentStore(db: Kysely<Tables>): IncidentStore {
  return {
    async append(change) {
      try {
        await db.transaction().execute((transaction) => appendIn(transaction, change));
        return "appended";
      } catch (error) {
        if (error instanceof Lost) return error.to;
        throw error;
      }
    },
    async byId(id) {
      const row = await db
        .selectFrom("incidents")
        .select("snapshot")
        .where("id", "=", plainText(id))
        .executeTakeFirst();
      return row === undefined ? null : (row.snapshot as Incident);
    },
    async list({ environment, open, endpoint, since, before, limit }) {
      let query = db.selectFrom("incidents").select("snapshot").orderBy("id", "desc");
      if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
      if (open === true) query = query.where("is_open", "=", true);
      if (before !== undefined) query = query.where("id", "<", plainText(before));
      if (since !== undefined) {
        query = query.where((where) => where.or([where("resolved_at", "is", null), where("resolved_at", ">=", since)]));
      }
      // Incidents are few: that they are about an endpoint is looked up in what is read.
      if (endpoint === undefined) query = query.limit(limit);
      const found = (await query.execute()).map(({ snapshot }) => snapshot as Incident);
      if (endpoint === undefined) return found;
      return found.filter(({ endpoints }) => endpoints.length === 0 || endpoints.includes(endpoint)).slice(0, limit);
    },
    async events(id) {
      const rows = await db
        .selectFrom("incident_events")
        .select("event")
        .where("incident_id", "=", plainText(id))
        .orderBy("seq")
        .execute();
      return rows.map(({ event }) => event as IncidentEvent);
    },
    async ofAlerts(keys) {
      if (keys.length === 0) return new Map();
      const rows = await db
        .selectFrom("incident_alerts")
        .selectAll()
        .where("alert", "in", keys.map(plainText))
        .execute();
      return new Map(rows.map(({ alert, incident_id }) => [alert, incident_id]));
    },
    async expire(before) {
      await db.deleteFrom("incidents").where("resolved_at", "<", before).execute();
    },
  };
}

async function appendIn(transaction: Transaction<Tables>, { events, incident, alerts }: IncidentChange): Promise<void> {
  const first = events[0]?.seq ?? incident.seq;
  const row = {
    seq: incident.seq,
    is_open: isOpenIncident(incident),
    resolved_at: incident.resolvedAt,
    snapshot: JSON.stringify(incident),
  };
  const { id, environment, openedAt } = incident;
  const written =
    first === 1
      ? await transaction
          .insertInto("incidents")
          .values({ id: plainText(id), environment: plainText(environment), opened_at: openedAt, ...row })
          .onConflict((conflict) => conflict.doNothing())
          .returning("id")
          .executeTakeFirst()
      : await transaction
          .updateTable("incidents")
          .set(row)
          .where("id", "=", plainText(id))
          .where("seq", "=", first - 1)
          .returning("id")
          .executeTakeFirst();
  if (written === undefined) throw new Lost("conflict");
  await transaction
    .insertInto("incident_events")
    .values(events.map((event) => ({ incident_id: plainText(id), seq: event.seq, event: JSON.stringify(event) })))
    .execute();
  if (alerts.length === 0) return;
  const claimed = await transaction
    .insertInto("incident_alerts")
    .values(alerts.map((alert) => ({ alert: plainText(alert), incident_id: plainText(id) })))
    .onConflict((conflict) => conflict.doNothing())
    .returning("alert")
    .execute();
  if (claimed.length < alerts.length) throw new Lost("taken");
}
