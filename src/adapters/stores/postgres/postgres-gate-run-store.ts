import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { GateRun, GateRunKey, GateRunStore } from "../../../ports/gate-run-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Runs of gates in PostgreSQL: one statement claims, so that of two replicas one gets it. */
export function createPostgresGateRunStore(db: Kysely<Tables>): GateRunStore {
  return {
    async claim({ rolloutId, gate, step, attempt }, { holder, now, holdMs }) {
      const row = await db
        .insertInto("gate_runs")
        .values({
          rollout_id: rolloutId,
          gate: plainText(gate),
          step,
          attempt,
          holder,
          held_until: heldFor(holdMs),
          starts: 1,
          began_at: now,
        })
        .onConflict((conflict) =>
          conflict
            .columns(["rollout_id", "gate", "step", "attempt"])
            .doUpdateSet({ holder, held_until: heldFor(holdMs), starts: sql<number>`gate_runs.starts + 1` })
            .where("gate_runs.ended_at", "is", null)
            .where((where) =>
              where.or([where("gate_runs.held_until", "<=", heldFor(0)), where("gate_runs.holder", "=", holder)]),
            ),
        )
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : runOf(row);
    },
    async extend(key, { holder, holdMs }) {
      const rows = await held(db, key, holder)
        .set({ held_until: heldFor(holdMs) })
        .returning("gate")
        .execute();
      return rows.length > 0;
    },
    async end(key, holder, { at, standing, detail, url, output }) {
      const values = { ended_at: at, standing, detail: plainText(detail), url, output: plainText(output) };
      await held(db, key, holder).set(values).execute();
    },
    async expire(before) {
      await db.deleteFrom("gate_runs").where("ended_at", "<", before).execute();
    },
    async of(rolloutId) {
      const rows = await db
        .selectFrom("gate_runs")
        .selectAll()
        .where("rollout_id", "=", plainText(rolloutId))
        .orderBy("began_at")
        .orderBy("gate")
        .orderBy("attempt")
        .execute();
      return rows.map(runOf);
    },
  };
}

/** The database's own clock, so that those of the servers do not matter: now and so much, epoch milliseconds. */
const heldFor = (ms: number) => sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint + ${ms}::bigint`;

const held = (db: Kysely<Tables>, { rolloutId, gate, step, attempt }: GateRunKey, holder: string) =>
  db
    .updateTable("gate_runs")
    .where("rollout_id", "=", rolloutId)
    .where("gate", "=", plainText(gate))
    .where("step", "=", step)
    .where("attempt", "=", attempt)
    .where("holder", "=", holder)
    .where("ended_at", "is", null);

const runOf = (row: Selectable<Tables["gate_runs"]>): GateRun => ({
  rolloutId: row.rollout_id,
  gate: row.gate,
  step: row.step,
  attempt: row.attempt,
  starts: row.starts,
  beganAt: row.began_at,
  endedAt: row.ended_at,
  standing: row.standing as GateRun["standing"],
  detail: row.detail,
  url: row.url,
  output: row.output,
});
