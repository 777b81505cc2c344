import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { EvidenceJournal, JournalBatch, JournalEntry } from "../../../ports/evidence-journal.ts";
import type { Tables } from "./tables.ts";
import { compress, decompress } from "./compress.ts";

/** Batches read at once; one holds some thousand entries at most. */
const PAGE = 64;
/** Far beyond what a writer puts into one batch. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

/** The evidence journal in PostgreSQL: one row per batch. */
export function createPostgresEvidenceJournal(db: Kysely<Tables>): EvidenceJournal {
  return {
    async append(batches) {
      if (batches.length === 0) return;
      const rows = await Promise.all(batches.map(rowOf));
      await db
        .insertInto("evidence_journal")
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    read: (rolloutId) => read(db, rolloutId, new Map()),
    readAfter: (rolloutId, seen) => read(db, rolloutId, seen),
  };
}

const rowOf = async ({ rolloutId, replicaId, batch, entries }: JournalBatch) => ({
  rollout_id: rolloutId,
  replica_id: replicaId,
  batch,
  entries: await compress(Buffer.from(JSON.stringify(entries))),
});

/**
 * Replica by replica: who has written anything new is found by stepping through the index, a probe or two for each
 * replica, so that a look at a rollout of many days costs no more than one at a rollout of minutes.
 */
async function* read(
  db: Kysely<Tables>,
  rolloutId: string,
  seen: ReadonlyMap<string, number>,
): AsyncIterable<JournalBatch> {
  for (const { replica_id: replicaId, last } of await writersOf(db, rolloutId)) {
    let after = seen.get(replicaId) ?? 0;
    while (after < last) {
      const rows = await db
        .selectFrom("evidence_journal")
        .select(["batch", "entries"])
        .where("rollout_id", "=", rolloutId)
        .where("replica_id", "=", replicaId)
        .where("batch", ">", after)
        .orderBy("batch")
        .limit(PAGE)
        .execute();
      for (const { batch, entries } of rows) {
        const text = await decompress(entries, MAX_BATCH_BYTES);
        yield { rolloutId, replicaId, batch, entries: JSON.parse(text.toString()) as JournalEntry[] };
        after = batch;
      }
      if (rows.length < PAGE) break;
    }
  }
}

/** Who has written about a rollout, in the order of their ids, and the last batch of each. */
async function writersOf(
  db: Kysely<Tables>,
  rolloutId: string,
): Promise<readonly { readonly replica_id: string; readonly last: number }[]> {
  const { rows } = await sql<{ replica_id: string; last: number }>`
    with recursive writers (id) as (
      (select replica_id from evidence_journal where rollout_id = ${rolloutId} order by replica_id limit 1)
      union all
      select (
        select replica_id from evidence_journal where rollout_id = ${rolloutId} and replica_id > writers.id
        order by replica_id limit 1
      ) from writers where id is not null
    )
    select id as replica_id, (
      select batch from evidence_journal where rollout_id = ${rolloutId} and replica_id = id order by batch desc limit 1
    ) as last from writers where id is not null order by id`.execute(db);
  return rows;
}
