import type { ExpressionBuilder, Insertable, Kysely, Selectable, Transaction } from "kysely";
import { isTerminal } from "../../../domain/rollout/rollout.ts";
import type { Rollout, RolloutEvent } from "../../../domain/rollout/rollout.ts";
import type { Channel } from "../../../domain/traffic/channel.ts";
import type { ChannelName } from "../../../domain/traffic/route.ts";
import type { Decision, RolloutStore } from "../../../ports/rollout-store.ts";
import { brokenConstraint, isSerializationFailure } from "./database-error.ts";
import { indexedText, plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Ends the transaction: somebody else was first. */
class Conflict extends Error {}

/** Rollouts, their logs and channels in PostgreSQL. */
export function createPostgresRolloutStore(db: Kysely<Tables>): RolloutStore {
  return new PostgresRolloutStore(db);
}

class PostgresRolloutStore implements RolloutStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async append(decision: Decision): Promise<"appended" | "duplicate" | "conflict"> {
    try {
      await this.#db.transaction().execute((transaction) => write(transaction, decision));
      return "appended";
    } catch (error) {
      if (!isLostRace(error)) throw error;
      const { rollout, idempotencyKey } = decision;
      const isKnown = idempotencyKey !== null && (await this.decidedBy(rollout.id, idempotencyKey)) !== null;
      return isKnown ? "duplicate" : "conflict";
    }
  }

  async decidedBy(rolloutId: string, idempotencyKey: string): Promise<number | null> {
    const row = await this.#db
      .selectFrom("rollout_events")
      .select("seq")
      .where("rollout_id", "=", plainText(rolloutId))
      .where("idempotency_key", "=", indexedText(idempotencyKey))
      .executeTakeFirst();
    return row?.seq ?? null;
  }

  async byId(id: string): Promise<Rollout | null> {
    const query = this.#db.selectFrom("rollouts").select("snapshot").where("id", "=", plainText(id));
    const row = await query.executeTakeFirst();
    return row === undefined ? null : (row.snapshot as Rollout);
  }

  async list({ endpoint, environment, open, limit }: Parameters<RolloutStore["list"]>[0]): Promise<readonly Rollout[]> {
    let query = this.#db.selectFrom("rollouts").select("snapshot").orderBy("position", "desc").limit(limit);
    if (endpoint !== undefined) query = query.where("endpoint", "=", plainText(endpoint));
    if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
    if (open === true) query = query.where("terminal", "=", false);
    const rows = await query.execute();
    return rows.map(({ snapshot }) => snapshot as Rollout);
  }

  async events(rolloutId: string, afterSeq: number, limit: number): Promise<readonly RolloutEvent[]> {
    const rows = await this.#db
      .selectFrom("rollout_events")
      .select("event")
      .where("rollout_id", "=", plainText(rolloutId))
      .where("seq", ">", afterSeq)
      .orderBy("seq")
      .limit(limit)
      .execute();
    return rows.map(({ event }) => event as RolloutEvent);
  }

  async channels(): Promise<readonly Channel[]> {
    const rows = await this.#db.selectFrom("channels").selectAll().orderBy("endpoint").orderBy("environment").execute();
    return rows.map(channelOf);
  }

  async channel({ endpoint, environment }: ChannelName): Promise<Channel | null> {
    const row = await this.#db
      .selectFrom("channels")
      .selectAll()
      .where("endpoint", "=", plainText(endpoint))
      .where("environment", "=", plainText(environment))
      .executeTakeFirst();
    return row === undefined ? null : channelOf(row);
  }

  async openChannel({ endpoint, environment }: ChannelName, stable: string): Promise<Channel> {
    const row = {
      endpoint: plainText(endpoint),
      environment: plainText(environment),
      stable,
      epoch: 1,
      rollout_id: null,
    };
    await this.#db
      .insertInto("channels")
      .values(row)
      .onConflict((conflict) => conflict.columns(["endpoint", "environment"]).doNothing())
      .execute();
    const kept = await this.#db
      .selectFrom("channels")
      .selectAll()
      .where("endpoint", "=", row.endpoint)
      .where("environment", "=", row.environment)
      .executeTakeFirstOrThrow();
    return channelOf(kept);
  }
}

/** Events, snapshot and channel together or not at all; throws `Conflict` when another writer was first. */
async function write(db: Transaction<Tables>, { events, rollout, channel, idempotencyKey }: Decision): Promise<void> {
  const [first] = events;
  if (first === undefined || !isConsecutive(events)) throw new Conflict();
  await moveSnapshot(db, rollout, first);
  const rows = events.map((event, index) => ({
    rollout_id: event.rolloutId,
    seq: event.seq,
    idempotency_key: index === 0 && idempotencyKey !== null ? indexedText(idempotencyKey) : null,
    hash: event.hash,
    event: JSON.stringify(event),
  }));
  await db.insertInto("rollout_events").values(rows).execute();
  if (channel !== null) await moveChannel(db, channel);
}

const isConsecutive = (events: readonly RolloutEvent[]): boolean =>
  events.every(({ seq }, index) => index === 0 || seq === (events[index - 1]?.seq ?? 0) + 1);

/** The compare-and-set: the stored snapshot must be what the first new event is chained to. */
async function moveSnapshot(db: Transaction<Tables>, rollout: Rollout, first: RolloutEvent): Promise<void> {
  const row = rowOf(rollout);
  if (first.seq === 1) {
    const { numInsertedOrUpdatedRows: inserted } = await db
      .insertInto("rollouts")
      .values(row)
      .onConflict((conflict) => conflict.column("id").doNothing())
      .executeTakeFirst();
    if (inserted !== 1n) throw new Conflict();
    return;
  }
  const { numUpdatedRows: updated } = await db
    .updateTable("rollouts")
    .set(row)
    .where("id", "=", rollout.id)
    .where("seq", "=", first.seq - 1)
    .where("last_hash", "=", first.prevHash)
    .executeTakeFirst();
  if (updated !== 1n) throw new Conflict();
}

const rowOf = (rollout: Rollout): Insertable<Tables["rollouts"]> => ({
  id: rollout.id,
  endpoint: plainText(rollout.channel.endpoint),
  environment: plainText(rollout.channel.environment),
  phase: rollout.phase,
  terminal: isTerminal(rollout.phase),
  occupies: rollout.startedAt !== null && !isTerminal(rollout.phase),
  seq: rollout.seq,
  last_hash: rollout.lastHash,
  created_at: rollout.createdAt,
  snapshot: JSON.stringify(rollout),
});

/** The epoch never goes back, and the pointer moves only with a new one. */
async function moveChannel(db: Transaction<Tables>, { name, stable, epoch, rolloutId }: Channel): Promise<void> {
  const endpoint = plainText(name.endpoint);
  const environment = plainText(name.environment);
  const after = { stable, epoch, rollout_id: rolloutId };
  const { numInsertedOrUpdatedRows: moved } = await db
    .insertInto("channels")
    .values({ endpoint, environment, ...after })
    .onConflict((conflict) =>
      conflict
        .columns(["endpoint", "environment"])
        .doUpdateSet(after)
        .where((each: ExpressionBuilder<Tables, "channels">) =>
          each.or([
            each("channels.epoch", "<", epoch),
            each.and([each("channels.epoch", "=", epoch), each("channels.stable", "=", stable)]),
          ]),
        ),
    )
    .executeTakeFirst();
  if (moved !== 1n) throw new Conflict();
}

const isLostRace = (error: unknown): boolean =>
  error instanceof Conflict || brokenConstraint(error) !== null || isSerializationFailure(error);

const channelOf = ({ endpoint, environment, stable, epoch, rollout_id }: Selectable<Tables["channels"]>): Channel => ({
  name: { endpoint, environment },
  stable,
  epoch,
  rolloutId: rollout_id,
});
