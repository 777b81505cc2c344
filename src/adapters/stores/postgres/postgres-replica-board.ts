import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Heartbeat, ReplicaBoard, Standing } from "../../../ports/replica-board.ts";
import type { Tables } from "./tables.ts";

/** A replica that has not been heard of for this long is not waited for, and its lead is free, seconds. */
const LIVE_S = 5;
/** Rows of replicas that are gone for good are kept this long, seconds. */
const KEPT_S = 3_600;

const LEAD = "rollouts";

interface StandingRow {
  readonly leader: string;
  readonly live: readonly { readonly id: string; readonly epochs: Heartbeat["epochs"] }[] | null;
  readonly changes: Readonly<Record<string, number>> | null;
}

/** The board in PostgreSQL: one statement per sign of life. */
export function createPostgresReplicaBoard(db: Kysely<Tables>): ReplicaBoard {
  return {
    beat: (heartbeat) => beat(db, heartbeat),
    async leave(replicaId) {
      await sql`
        with lead as (delete from leases where name = ${LEAD} and holder = ${replicaId})
        delete from replicas where id = ${replicaId}`.execute(db);
    },
  };
}

async function beat(db: Kysely<Tables>, { replicaId, epochs }: Heartbeat): Promise<Standing> {
  const { rows } = await sql<StandingRow>`
    with own as (
      insert into replicas (id, epochs, seen_at) values (${replicaId}, ${JSON.stringify(epochs)}, now())
      on conflict (id) do update set epochs = excluded.epochs, seen_at = excluded.seen_at
    ), gone as (
      delete from replicas where seen_at < now() - make_interval(secs => ${KEPT_S}) and id <> ${replicaId}
    ), lead as (
      insert into leases (name, holder, until) values (${LEAD}, ${replicaId}, now() + make_interval(secs => ${LIVE_S}))
      on conflict (name) do update set holder = excluded.holder, until = excluded.until
        where leases.holder = excluded.holder or leases.until < now()
      returning holder
    )
    select
      coalesce((select holder from lead), (select holder from leases where name = ${LEAD}), ${replicaId}) as leader,
      (select json_agg(json_build_object('id', id, 'epochs', epochs)) from replicas
        where seen_at > now() - make_interval(secs => ${LIVE_S}) and id <> ${replicaId}) as live,
      (select json_object_agg(topic, seq) from changes) as changes`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("The board of replicas gave no answer.");
  const others = (row.live ?? []).map((other) => ({ replicaId: other.id, epochs: other.epochs }));
  return {
    leader: row.leader,
    live: [{ replicaId, epochs }, ...others],
    changes: {
      keys: row.changes?.["keys"] ?? 0,
      projects: row.changes?.["projects"] ?? 0,
      pauses: row.changes?.["pauses"] ?? 0,
      flags: row.changes?.["flag_kills"] ?? 0,
    },
  };
}
