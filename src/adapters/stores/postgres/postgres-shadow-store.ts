import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { ShadowPair } from "../../../domain/shadow/shadow-pair.ts";
import type { ShadowStore } from "../../../ports/shadow-store.ts";
import type { Tables } from "./tables.ts";

/** Rows that are deleted at a time: in the embedded database a long statement makes everybody wait. */
const DELETED_AT_ONCE = 500;

/** Pairs of shadow stages in PostgreSQL. */
export function createPostgresShadowStore(db: Kysely<Tables>): ShadowStore {
  return {
    async append(pairs) {
      // Rollouts in one order everywhere, so that two servers never wait for each other.
      for (const rolloutId of [...new Set(pairs.map((one) => one.rolloutId))].toSorted()) {
        const own = pairs.filter((one) => one.rolloutId === rolloutId);
        await db.transaction().execute(async (transaction) => {
          // Without the lock a later position could be seen before an earlier one, and who reads would pass over it.
          await sql`select pg_advisory_xact_lock(hashtextextended(${`shadow ${rolloutId}`}, 0))`.execute(transaction);
          const last = await transaction
            .selectFrom("shadow_pairs")
            .select(({ fn }) => fn.max<number | null>("position").as("position"))
            .where("rollout_id", "=", rolloutId)
            .executeTakeFirst();
          const first = (last?.position ?? 0) + 1;
          await transaction
            .insertInto("shadow_pairs")
            .values(
              own.map(({ session, pair }, index) => ({
                rollout_id: rolloutId,
                position: first + index,
                at: pair.at,
                session,
                pair: JSON.stringify(pair),
              })),
            )
            .execute();
        });
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
      return rows.map((row) => ({
        position: row.position,
        session: row.session,
        pair: row.pair as ShadowPair,
      }));
    },
  };
}
