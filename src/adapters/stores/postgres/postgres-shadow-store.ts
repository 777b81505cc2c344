import { sql } from "kysely";
import type { Kysely, Transaction } from "kysely";
import { copyOf, madeAt } from "../../../domain/shadow/shadow-pair.ts";
import type { PairJudgement, ShadowPair } from "../../../domain/shadow/shadow-pair.ts";
import type { NewShadowEntry, ShadowStore } from "../../../ports/shadow-store.ts";
import type { Tables } from "./tables.ts";

/** Rows that are deleted at a time: in the embedded database a long statement makes everybody wait. */
const DELETED_AT_ONCE = 500;

/** Pairs of shadow stages in PostgreSQL. */
export function createPostgresShadowStore(db: Kysely<Tables>): ShadowStore {
  return {
    async append(entries, isRepeated = false) {
      // Rollouts in one order everywhere, so that two servers never wait for each other.
      for (const rolloutId of [...new Set(entries.map((one) => one.rolloutId))].toSorted()) {
        const own = entries.filter((one) => one.rolloutId === rolloutId);
        await db.transaction().execute((transaction) => appendTo(transaction, own, { rolloutId, isRepeated }));
      }
    },
    async expire(before) {
      for (;;) {
        const old = sql`select ctid from shadow_pairs where at < ${before} limit ${DELETED_AT_ONCE}`;
        const { numAffectedRows = 0n } = await sql`delete from shadow_pairs where ctid = any (array(${old}))`.execute(
          db,
        );
        if (numAffectedRows < BigInt(DELETED_AT_ONCE)) return;
      }
    },
    async readAfter(rolloutId, position, limit) {
      const rows = await db
        .selectFrom("shadow_pairs")
        .select(["position", "session", "pair"])
        .where("rollout_id", "=", rolloutId)
        .where("position", ">", position)
        .orderBy("position")
        .limit(limit)
        .execute();
      return rows.map(({ position, session, pair: entry }) => ({
        position,
        session,
        ...(isJudgement(entry) ? entry : { pair: entry as ShadowPair }),
      }));
    },
  };
}

/** In the column `pair` either lies as it is, so that pairs from before judgements are read. */
const isJudgement = (entry: unknown): entry is { readonly judgement: PairJudgement } =>
  typeof entry === "object" && entry !== null && "judgement" in entry;

async function appendTo(
  db: Transaction<Tables>,
  entries: readonly NewShadowEntry[],
  { rolloutId, isRepeated }: { readonly rolloutId: string; readonly isRepeated: boolean },
): Promise<void> {
  // Without the lock a later position could be seen before an earlier one, and who reads would pass over it. With it, a
  // first try that is still under way has ended before the repeated one looks.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`shadow ${rolloutId}`}, 0))`.execute(db);
  const kept = isRepeated ? await copiesIn(db, rolloutId) : new Set<string>();
  const missing = entries.filter((entry) => !kept.has(copyOf(entry)));
  if (missing.length === 0) return;
  const last = await db
    .selectFrom("shadow_pairs")
    .select(({ fn }) => fn.max<number | null>("position").as("position"))
    .where("rollout_id", "=", rolloutId)
    .executeTakeFirst();
  const first = (last?.position ?? 0) + 1;
  const rows = missing.map((entry, index) => ({
    rollout_id: rolloutId,
    position: first + index,
    at: madeAt(entry),
    session: entry.session,
    pair: JSON.stringify("pair" in entry ? entry.pair : { judgement: entry.judgement }),
  }));
  await db.insertInto("shadow_pairs").values(rows).execute();
}

/** The copies of everything that is kept of a rollout. Reads all of it, which only a repeated try is worth. */
async function copiesIn(db: Transaction<Tables>, rolloutId: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ readonly call: string }>`
    select coalesce(
      pair -> 'candidate' ->> 'call',
      case pair -> 'judgement' ->> 'verdict' when 'asking' then 'asking' else 'judgement' end
        || ' of ' || (pair -> 'judgement' ->> 'call')
    ) as call
    from shadow_pairs where rollout_id = ${rolloutId}`.execute(db);
  return new Set(rows.map(({ call }) => call));
}
