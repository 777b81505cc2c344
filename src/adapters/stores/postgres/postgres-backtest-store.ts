import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import type { Backtest, BacktestEnd } from "../../../domain/backtest/backtest.ts";
import type { BacktestSession } from "../../../domain/backtest/backtest-session.ts";
import { readBacktestText, writeBacktestText } from "../../../domain/backtest/backtest-text.ts";
import type { BacktestChange, BacktestLedger, BacktestStore } from "../../../ports/backtest-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

type Db = Kysely<Tables>;

/** Sessions that are written in one statement. */
const SESSIONS_AT_ONCE = 200;

/** Backtests in PostgreSQL. */
export const createPostgresBacktestStore = (db: Db): BacktestStore => ({
  create: (backtest, sessions) => create(db, backtest, sessions),
  async byId(id) {
    const row = await db.selectFrom("backtests").selectAll().where("id", "=", plainText(id)).executeTakeFirst();
    return row === undefined ? null : backtestOf(row);
  },
  async list({ endpoint, environment, pair, state, limit }) {
    let query = db.selectFrom("backtests").selectAll().orderBy("position", "desc").limit(limit);
    if (endpoint !== undefined) query = query.where("endpoint", "=", plainText(endpoint));
    if (environment !== undefined) query = query.where("environment", "=", plainText(environment));
    if (state !== undefined) query = query.where("state", "=", state);
    if (pair !== undefined) {
      query = query
        .where("endpoint", "=", plainText(pair.channel.endpoint))
        .where("environment", "=", plainText(pair.channel.environment))
        .where("candidate", "=", plainText(pair.candidate))
        .where("baseline", "=", plainText(pair.baseline));
    }
    return (await query.execute()).map(backtestOf);
  },
  async update(id, change) {
    await changed(db, id, change);
    return this.byId(id);
  },
  ...ledgerOn(db),
  async expire(endedBefore) {
    await sql`
      with gone as (delete from backtests where ended_at < ${endedBefore} returning id)
      delete from leases where name in (select 'backtest ' || id from gone)`.execute(db);
  },
});

/** The sessions of backtests, written by whoever holds the lease. */
const ledgerOn = (db: Db): BacktestLedger => ({
  async lease(id, runner, forMs) {
    const { rows } = await sql`
      insert into leases (name, holder, until)
      values (${leaseOf(id)}, ${runner}, now() + make_interval(secs => ${forMs / 1_000}))
      on conflict (name) do update set holder = excluded.holder, until = excluded.until
        where leases.holder = excluded.holder or leases.until <= now()
      returning name`.execute(db);
    return rows.length > 0;
  },
  async sessions(id) {
    const rows = await db
      .selectFrom("backtest_sessions")
      .select("session")
      .where("backtest", "=", plainText(id))
      .orderBy("position")
      .execute();
    return rows.map(({ session }) => readBacktestText(session) as BacktestSession);
  },
  async keepSession(id, runner, session) {
    const { numAffectedRows } = await sql`
      update backtest_sessions
      set state = ${session.state}, spent_pico = ${session.spentPico.toString()}::numeric,
        session = ${writeBacktestText(session)}
      where backtest = ${plainText(id)} and position = ${session.position} and exists (
        select from leases where name = ${leaseOf(id)} and holder = ${runner} and until > now())`.execute(db);
    return (numAffectedRows ?? 0n) > 0n;
  },
  async progress(id) {
    const { rows } = await sql<{ done: string; spent: string | null }>`
      select count(*) filter (where state = 'done')::text as done, sum(spent_pico)::text as spent
      from backtest_sessions where backtest = ${plainText(id)}`.execute(db);
    const [row] = rows;
    return { done: Number(row?.done ?? 0), spentPico: BigInt(row?.spent ?? 0) };
  },
});

const leaseOf = (id: string): string => plainText(`backtest ${id}`);

async function create(db: Db, backtest: Backtest, sessions: readonly BacktestSession[]): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.insertInto("backtests").values(rowOf(backtest)).execute();
    for (let start = 0; start < sessions.length; start += SESSIONS_AT_ONCE) {
      const values = sessions.slice(start, start + SESSIONS_AT_ONCE).map((session) => ({
        backtest: backtest.id,
        position: session.position,
        state: session.state,
        spent_pico: session.spentPico.toString(),
        session: writeBacktestText(session),
      }));
      await transaction.insertInto("backtest_sessions").values(values).execute();
    }
  });
}

/** Each change names the state that it fits: of two at once the first one counts. */
async function changed(db: Db, id: string, change: BacktestChange): Promise<void> {
  const query = db.updateTable("backtests").where("id", "=", plainText(id));
  if (change.type === "start") {
    await query.set({ state: "running", started_at: change.at }).where("state", "=", "planned").execute();
    return;
  }
  if (change.type === "ask-stop") {
    await query
      .set({ stop_asked_by: plainText(change.by) })
      .where("state", "=", "running")
      .where("stop_asked_by", "is", null)
      .execute();
    return;
  }
  const { at, how, why, result } = change;
  const ended = writeBacktestText({ at, how, why, result } satisfies BacktestEnd);
  await query.set({ state: "ended", ended_at: at, ended }).where("state", "<>", "ended").execute();
}

/** What is frozen when a backtest is planned. */
type Frozen = Omit<Backtest, "state" | "startedAt" | "stopAskedBy" | "ended">;

function rowOf({ state, startedAt, stopAskedBy, ended, ...frozen }: Backtest) {
  const { id, channel, candidate, baseline } = frozen;
  return {
    id,
    endpoint: channel.endpoint,
    environment: plainText(channel.environment),
    candidate: candidate.id,
    baseline: baseline.id,
    state,
    plan: writeBacktestText(frozen),
    started_at: startedAt,
    stop_asked_by: stopAskedBy,
    ended_at: ended?.at ?? null,
    ended: ended === null ? null : writeBacktestText(ended),
  };
}

const backtestOf = (row: Selectable<Tables["backtests"]>): Backtest => ({
  ...(readBacktestText(row.plan) as Frozen),
  state: row.state as Backtest["state"],
  startedAt: row.started_at,
  stopAskedBy: row.stop_asked_by,
  ended: row.ended === null ? null : (readBacktestText(row.ended) as BacktestEnd),
});
