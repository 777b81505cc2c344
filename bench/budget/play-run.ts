import { Client } from "pg";
import { createFreshDatabase } from "../../test/fixtures/fresh-database.ts";
import { runClients } from "./clients.ts";
import type { Seen } from "./clients.ts";
import type { PaidProvider } from "./paid-provider.ts";
import { startReplicas, stopReplicas } from "./replicas.ts";

/** What one run is played with. */
export interface RunTerms {
  /** Whether a replica is killed when half is spent. */
  readonly killed: boolean;
  readonly valkeyUrl: string;
  /** Clients at once. */
  readonly clients: number;
  /** The budget, USD. */
  readonly amount: number;
}

/** What came of a run. Sums are pico-dollars. */
export interface RunResult {
  readonly killed: boolean;
  readonly settledPico: bigint;
  readonly heldPico: bigint;
  /** The provider's bill. */
  readonly billPico: bigint;
  readonly seen: Seen;
  readonly seconds: number;
}

/** Three replicas on one PostgreSQL and one Valkey, and clients that call until the budget gives nothing more. */
export async function playRun(provider: PaidProvider, terms: RunTerms): Promise<RunResult> {
  const { killed, valkeyUrl, clients, amount } = terms;
  const database = await createFreshDatabase();
  if (database === null) throw new Error("There is no PostgreSQL.");
  provider.reset();
  const meters = `budgets:\n  total: { per: environment, window: total, amount: ${amount} }\n`;
  const servers = await startReplicas({ database, valkeyUrl, baseUrl: provider.baseUrl, count: 3, meters });
  const half = BigInt(Math.round((amount * 1e12) / 2));
  const watch = setInterval(() => {
    if (killed && provider.spentPico() > half) servers[2]?.process.kill("SIGKILL");
  }, 5);
  const startedAt = performance.now();
  try {
    const seen = await runClients(
      servers.map(({ url }) => url),
      clients,
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    await stopReplicas(servers);
    return { killed, ...(await readBooks(database.url)), billPico: provider.spentPico(), seen, seconds };
  } finally {
    clearInterval(watch);
    for (const { process } of servers) process.kill("SIGKILL");
    await database.drop();
  }
}

/** What the ledger in the database says. */
async function readBooks(url: string): Promise<{ readonly settledPico: bigint; readonly heldPico: bigint }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ settled: string; held: string }>(
      "select settled_pico::text as settled, (committed_pico - settled_pico)::text as held from budget_accounts",
    );
    return { settledPico: BigInt(rows[0]?.settled ?? 0), heldPico: BigInt(rows[0]?.held ?? 0) };
  } finally {
    await client.end();
  }
}
