import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { BankAccount, BankAnswer, BankOrder, BudgetBank } from "../../../ports/budget-bank.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** With many replicas each holds little ahead; a database of our own has one that may hold more. */
const SHARED_DIVISOR = 128n;
const OWN_DIVISOR = 4n;

interface AnswerRow {
  readonly account: string;
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
}

/** A bank in PostgreSQL: one statement for all orders of a replica. */
export function createPostgresBudgetBank(db: Kysely<Tables>, kind: "embedded" | "server"): BudgetBank {
  const shareDivisor = kind === "server" ? SHARED_DIVISOR : OWN_DIVISOR;
  return {
    shareDivisor,
    async exchange(orders) {
      if (orders.length === 0) return [];
      const { rows } = await sql<AnswerRow>`
        select * from budget_exchange(${JSON.stringify(orders.map(rowOf))}::json, ${String(shareDivisor)}::numeric)`.execute(
        db,
      );
      const answers = new Map(rows.map((row) => [row.account, answerOf(row)]));
      return orders.map(({ account }) => {
        const answer = answers.get(plainText(account));
        if (answer === undefined) throw new Error(`The bank gave no answer for the account ${account}.`);
        return { ...answer, account };
      });
    },
    async list(now, limit) {
      const { rows } = await sql<AccountRow>`
        select id, budget, subject, ends_at, limit_pico::text, settled_pico::text,
          (committed_pico - settled_pico)::text as held_pico
        from budget_accounts where ends_at is null or ends_at > ${now}
        order by settled_pico / limit_pico desc, id limit ${limit}`.execute(db);
      return rows.map(accountOf);
    },
    async expire(endedBefore) {
      await sql`delete from budget_accounts where ends_at < ${endedBefore}`.execute(db);
      await sql`
        delete from budget_leases
        where granted_pico = settled_pico + returned_pico and told_at < now() - interval '1 day'`.execute(db);
    },
  };
}

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
});
