import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { ChangeMarks, Marks } from "../../../ports/change-marks.ts";
import type { Tables } from "./tables.ts";

/**
 * How far everything has come, in one statement over small tables. Sums of sequences and not triggers that count: a
 * trigger would make transactions of different rollouts wait for one row.
 */
export function createPostgresChangeMarks(db: Kysely<Tables>): ChangeMarks {
  return {
    async read() {
      const { rows } = await sql<Marks>`
        select
          (select concat_ws('.', count(*), sum(seq)) from rollouts) as rollouts,
          (select concat_ws('.', count(*), sum(epoch)) from channels) as routes,
          concat_ws('.', (select max(seq) from alert_transitions),
            (select count(*) from alerts where status = 'firing' and acknowledged is not null),
            (select concat_ws('.', count(*), count(ended_at)) from alert_silences)) as alerts,
          (select concat_ws('.', count(*), sum(seq)) from incidents) as incidents,
          concat_ws('.', (select sum(seq) from changes), (select count(*) from change_log), (select max(at) from change_log),
            (select concat_ws('.', count(*), count(lifted_at)) from freezes)) as changes`.execute(db);
      const [row] = rows;
      if (row === undefined) throw new Error("The database says nothing of how far it has come.");
      return row;
    },
  };
}
