import { Client } from "pg";
import { askProcess } from "../../test/fixtures/server-process.ts";
import type { ServerProcess } from "../../test/fixtures/server-process.ts";

/** What a budget has come to, pico-dollars. */
export interface Books {
  readonly budget: string;
  readonly limitPico: bigint;
  readonly settledPico: bigint;
  readonly heldPico: bigint;
}

/** What a server says of its own records. */
export interface RecordCounts {
  readonly waiting: number;
  readonly droppedFacts: number;
  readonly droppedBodies: number;
}

/** Longest wait for what waited to be written, ms. */
const WRITTEN_MS = 60_000;

/** Counts of a server's records. */
async function countsOf(server: ServerProcess): Promise<RecordCounts> {
  const answer = await askProcess(server, { method: "GET", path: "/api/health" });
  const { records } = (answer?.body ?? {}) as { readonly records?: Readonly<Record<string, number>> };
  return {
    waiting: records?.["waiting"] ?? 0,
    droppedFacts: records?.["dropped_facts"] ?? 0,
    droppedBodies: records?.["dropped_bodies"] ?? 0,
  };
}

/** Waits until every server has written what waited; what they dropped, all together. */
export async function whenWritten(servers: readonly ServerProcess[]): Promise<RecordCounts> {
  const startedAt = performance.now();
  for (;;) {
    const counts = await Promise.all(servers.map(countsOf));
    const sum = counts.reduce(
      (all, one) => ({
        waiting: all.waiting + one.waiting,
        droppedFacts: all.droppedFacts + one.droppedFacts,
        droppedBodies: all.droppedBodies + one.droppedBodies,
      }),
      { waiting: 0, droppedFacts: 0, droppedBodies: 0 },
    );
    if (sum.waiting === 0 || performance.now() - startedAt > WRITTEN_MS) return sum;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What the ledger in the database says. */
export async function readBooks(url: string): Promise<readonly Books[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<Record<"budget" | "amount" | "settled" | "held", string>>(
      `select budget, limit_pico::text as amount, settled_pico::text as settled,
         (committed_pico - settled_pico)::text as held from budget_accounts order by budget`,
    );
    return rows.map(({ budget, amount, settled, held }) => ({
      budget,
      limitPico: BigInt(amount),
      settledPico: BigInt(settled),
      heldPico: BigInt(held),
    }));
  } finally {
    await client.end();
  }
}
