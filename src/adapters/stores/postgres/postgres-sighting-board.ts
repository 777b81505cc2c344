import type { Kysely } from "kysely";
import type { Sighting } from "../../../domain/alerts/sighting.ts";
import type { SightingBoard } from "../../../ports/sighting-board.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Sightings in PostgreSQL. */
export const createPostgresSightingBoard = (db: Kysely<Tables>): SightingBoard => ({
  async leave(sightings) {
    if (sightings.length === 0) return;
    const rows = sightings.map(({ environment, replicaId, at, looked, sights }) => ({
      environment: plainText(environment),
      replica_id: replicaId,
      at,
      sights: plainText(JSON.stringify({ looked, sights })),
    }));
    await db
      .insertInto("sightings")
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },
  async between(environment, since, until) {
    const rows = await db
      .selectFrom("sightings")
      .selectAll()
      .where("environment", "=", plainText(environment))
      .where("at", ">", since)
      .where("at", "<=", until)
      .orderBy("at")
      .execute();
    return rows.map(({ replica_id, at, sights }) => ({
      replicaId: replica_id,
      environment,
      at,
      ...(sights as Pick<Sighting, "looked" | "sights">),
    }));
  },
  async expire(before) {
    await db.deleteFrom("sightings").where("at", "<", before).execute();
  },
});
