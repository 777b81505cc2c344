import { parseArgs } from "node:util";
import { startPaidProvider } from "./budget/paid-provider.ts";
import { playRun } from "./budget/play-run.ts";
import type { RunResult } from "./budget/play-run.ts";
import { withServers } from "./budget/with-servers.ts";

const HELP = `Three replicas on one PostgreSQL and one Valkey or Redis, 200 clients, a budget of $1.00.

  --runs N     how often (default 20); in every second run a replica is killed when half is spent
  --clients N  how many at once (default 200)
  --json       ends with one line of JSON

The servers are those of ROLLWARD_TEST_DATABASE_URL and ROLLWARD_TEST_VALKEY_URL, or Debian's, started for this; every run
has a database of its own.
One in twelve calls is a stream whose client leaves in the middle. An overshoot is a run in which the ledger has
settled more than the budget. The provider's own bill is told beside it: it charges for what it made between a client's
leaving and its own hearing of it, which nobody else can count.
`;

const LIMIT_PICO = 1_000_000_000_000n;

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    clients: { type: "string", default: "200" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const usd = (pico: bigint): string => `$${(Number(pico) / 1e12).toFixed(6)}`;
const share = (pico: bigint): number => Math.floor((Number(pico) / Number(LIMIT_PICO)) * 10_000) / 10_000;

function tell(number: number, result: RunResult): void {
  const { seen, settledPico, heldPico, billPico, seconds, killed } = result;
  const others = [...seen.others].map(([what, count]) => `, ${count} ${what}`).join("");
  const calls = `${seen.answered} answered, ${seen.left} left, ${seen.refused} refused, ${seen.broken} broken${others}`;
  const money = `settled ${usd(settledPico)}, held ${usd(heldPico)}, the provider's bill ${usd(billPico)}`;
  process.stdout.write(
    `run ${number}${killed ? ", a replica killed" : ""}: ${money}; ${calls}; ${seconds.toFixed(1)} s\n`,
  );
}

async function main(): Promise<void> {
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  await withServers(runAll);
}

async function runAll(valkeyUrl: string): Promise<void> {
  const provider = await startPaidProvider();
  const results: RunResult[] = [];
  try {
    for (let number = 1; number <= Number(options.runs); number += 1) {
      const terms = { killed: number % 2 === 0, valkeyUrl, clients: Number(options.clients), amount: 1 };
      const result = await playRun(provider, terms);
      results.push(result);
      tell(number, result);
    }
  } finally {
    await provider.close();
  }
  const overshoots = results.filter(({ settledPico }) => settledPico > LIMIT_PICO).length;
  const minUsedShare = Math.min(...results.map(({ settledPico }) => share(settledPico)));
  process.stdout.write(
    `${results.length} runs, ${overshoots} overshoots, at least ${(minUsedShare * 100).toFixed(2)} % settled\n`,
  );
  if (options.json) process.stdout.write(`${JSON.stringify({ runs: results.length, overshoots, minUsedShare })}\n`);
  if (overshoots > 0 || minUsedShare < 0.95) process.exitCode = 1;
}

await main();
