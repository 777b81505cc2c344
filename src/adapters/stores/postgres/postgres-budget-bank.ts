import { sql } from "kysely";
import type { Kysely } from "kysely";
import { AHEAD_OF_OWN, AHEAD_OF_SERVER } from "../../../domain/budgets/purse.ts";
import type { BankAccount, BankAnswer, BankOrder, BankRelease, BudgetBank } from "../../../ports/budget-bank.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** With many replicas each holds little ahead; a database of our own has one that may hold more. */
const SHARED_DIVISOR = 128n;
const OWN_DIVISOR = 4n;
/** A replica that was not heard of for this long is dead, seconds. Its row on the board goes when another one beats. */
const DEAD_S = 3_600;

interface AnswerRow {
  readonly account: string;
  readonly lease: string;
  readonly granted: string;
  readonly room: string;
  readonly settled: string;
  readonly crossed: number | null;
}

interface AccountRow {
  readonly id: string;
  readonly budget: string;
  readonly subject: string;
  readonly ends_at: number | null;
  readonly limit_pico: string;
  readonly settled_pico: string;
  readonly held_pico: string;
  readonly dead_pico: string;
}

interface ReleaseRow {
  readonly account: string;
  readonly subject: string;
  readonly released_pico: string;
}

/** A bank in PostgreSQL: one statement for all orders of a replica. */
export function createPostgresBudgetBank(db: Kysely<Tables>, kind: "embedded" | "server"): BudgetBank {
  const shareDivisor = kind === "server" ? SHARED_DIVISOR : OWN_DIVISOR;
  return {
    shareDivisor,
    ahead: kind === "server" ? AHEAD_OF_SERVER : AHEAD_OF_OWN,
    async exchange(orders) {
      if (orders.length === 0) return [];
      const { rows } = await sql<AnswerRow>`
        select * from budget_exchange(${JSON.stringify(orders.map(rowOf))}::json, ${String(shareDivisor)}::numeric)`.execute(
        db,
      );
      const answers = new Map(rows.map((row) => [placeOf(row.account, row.lease), answerOf(row)]));
      return orders.map(({ account, lease }) => {
        const answer = answers.get(placeOf(plainText(account), lease));
        if (answer === undefined) throw new Error(`The bank gave no answer for the account ${account}.`);
        return { ...answer, account };
      });
    },
    async list(now, limit, replicaId) {
      const { rows } = await sql<AccountRow>`
        select id, budget, subject, ends_at, limit_pico::text, settled_pico::text,
          (committed_pico - settled_pico)::text as held_pico,
          coalesce((select sum(l.granted_pico - l.settled_pico - l.returned_pico) from budget_leases l
            where l.account = budget_accounts.id and ${isDead(replicaId)}), 0)::text as dead_pico
        from budget_accounts where ends_at is null or ends_at > ${now}
        order by settled_pico / limit_pico desc, id limit ${limit}`.execute(db);
      return rows.map(accountOf);
    },
    release: (budget, replicaId) => release(db, budget, replicaId),
    async expire(endedBefore) {
      await sql`delete from budget_accounts where ends_at < ${endedBefore}`.execute(db);
      await sql`
        delete from budget_leases
        where granted_pico = settled_pico + returned_pico and told_at < now() - interval '1 day'`.execute(db);
    },
  };
}

/** Whether a lease `l` holds something for a replica that no longer lives. */
const isDead = (replicaId: string) => sql`
  l.granted_pico > l.settled_pico + l.returned_pico and split_part(l.lease, '.', 1) <> ${replicaId}
  and not exists (select from replicas r where r.id = split_part(l.lease, '.', 1)
    and r.seen_at > now() - make_interval(secs => ${DEAD_S}))`;

/** Locks accounts in the order of `budget_exchange` and reads leases after that, so that no order comes between. */
const release = (db: Kysely<Tables>, budget: string, replicaId: string): Promise<readonly BankRelease[]> =>
  db.transaction().execute(async (step) => {
    await sql`select id from budget_accounts where budget = ${plainText(budget)} order by id for update`.execute(step);
    const { rows } = await sql<ReleaseRow>`
      with dead as (
        select l.account, l.lease, l.granted_pico - l.settled_pico - l.returned_pico as held
        from budget_leases l join budget_accounts b on b.id = l.account
        where b.budget = ${plainText(budget)} and ${isDead(replicaId)}
      ), closed as (
        update budget_leases l set returned_pico = l.granted_pico - l.settled_pico from dead
        where l.account = dead.account and l.lease = dead.lease
      ), sums as (select account, sum(held) as held from dead group by account)
      update budget_accounts b set committed_pico = b.committed_pico - sums.held from sums where b.id = sums.account
      returning b.id as account, b.subject, sums.held::text as released_pico`.execute(step);
    return rows.map(({ account, subject, released_pico: sum }) => ({ account, subject, releasedPico: BigInt(sum) }));
  });

/** Two purses of one account may ask at once: one that was forgotten too early, and the one in its place. */
const placeOf = (account: string, lease: string): string => JSON.stringify([account, lease]);

const rowOf = (order: BankOrder): Readonly<Record<string, unknown>> => ({
  account: plainText(order.account),
  lease: order.lease,
  budget: plainText(order.budget),
  subject: plainText(order.subject),
  ends_at: order.endsAt,
  limit_pico: String(order.limitPico),
  granted: String(order.grantedPico),
  settled: String(order.settledPico),
  returned: String(order.returnedPico),
  need: String(order.needPico),
  pending: String(order.pendingPico),
  ahead: String(order.aheadPico),
  refused: order.refused,
  told: order.toldPercent,
});

const answerOf = (row: AnswerRow): BankAnswer => ({
  account: row.account,
  grantedPico: BigInt(row.granted),
  roomPico: BigInt(row.room),
  settledPico: BigInt(row.settled),
  crossed: row.crossed,
});

const accountOf = (row: AccountRow): BankAccount => ({
  account: row.id,
  budget: row.budget,
  subject: row.subject,
  endsAt: row.ends_at,
  limitPico: BigInt(row.limit_pico),
  settledPico: BigInt(row.settled_pico),
  heldPico: BigInt(row.held_pico),
  deadPico: BigInt(row.dead_pico),
});
