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

async function* read(
  db: Kysely<Tables>,
  rolloutId: string,
  seen: ReadonlyMap<string, number>,
): AsyncIterable<JournalBatch> {
  let after = { replicaId: "", batch: 0 };
  for (;;) {
    const rows = await db
      .selectFrom("evidence_journal")
      .select(["replica_id", "batch", "entries"])
      .where("rollout_id", "=", rolloutId)
      .where((each) =>
        each.and([
          each(each.refTuple("replica_id", "batch"), ">", each.tuple(after.replicaId, after.batch)),
          ...[...seen].map(([replicaId, batch]) =>
            each.or([each("replica_id", "<>", replicaId), each("batch", ">", batch)]),
          ),
        ]),
      )
      .orderBy("replica_id")
      .orderBy("batch")
      .limit(PAGE)
      .execute();
    for (const { replica_id, batch, entries } of rows) {
      const text = await decompress(entries, MAX_BATCH_BYTES);
      yield { rolloutId, replicaId: replica_id, batch, entries: JSON.parse(text.toString()) as JournalEntry[] };
      after = { replicaId: replica_id, batch };
    }
    if (rows.length < PAGE) return;
  }
}
