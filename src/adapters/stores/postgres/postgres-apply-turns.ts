import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { ApplyTurn, ApplyTurns } from "../../../ports/apply-turns.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

const NAME = "apply";

interface Held {
  readonly holder: string;
  readonly said: ApplyTurn | null;
}

/** The turn in PostgreSQL, by the clock of the database. */
export function createPostgresApplyTurns(db: Kysely<Tables>): ApplyTurns {
  return {
    async take(holder, turn, forMs) {
      const said = JSON.stringify({ by: plainText(turn.by), since: turn.since });
      const { rows } = await sql<Held>`
        with mine as (
          insert into leases (name, holder, until, said)
          values (${NAME}, ${holder}, now() + make_interval(secs => ${forMs / 1_000}), ${said})
          on conflict (name) do update set holder = excluded.holder, until = excluded.until, said = excluded.said
            where leases.holder = excluded.holder or leases.until < now()
          returning holder, said
        )
        select holder, said from mine
        union all
        select holder, said from leases where name = ${NAME} and not exists (select 1 from mine)`.execute(db);
      const [kept] = rows;
      // The one that was in the way has ended in between.
      if (kept === undefined) return this.take(holder, turn, forMs);
      return kept.holder === holder ? null : (kept.said ?? { by: "another server", since: turn.since });
    },
    async give(holder) {
      await sql`delete from leases where name = ${NAME} and holder = ${holder}`.execute(db);
    },
  };
}
