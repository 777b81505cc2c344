import { request, Agent } from "node:http";
import { parseArgs } from "node:util";
import { createFreshDatabase } from "../test/fixtures/fresh-database.ts";
import { ADMIN_KEY } from "../test/fixtures/running-server.ts";
import { startPaidProvider } from "./budget/paid-provider.ts";
import type { PaidProvider } from "./budget/paid-provider.ts";
import { startReplicas, stopReplicas } from "./budget/replicas.ts";
import { withServers } from "./budget/with-servers.ts";

const HELP = `Limits on one server and on three: what comes through to the provider in any 60 seconds, beside the configured rate.

  --seconds N  length of each run (default 90)
  --json       ends with one line of JSON

The servers are those of ROLLWARD_TEST_DATABASE_URL and ROLLWARD_TEST_VALKEY_URL, or Debian's, started for this. Clients ask
as often as they can; calls are small beside the rate of tokens, which counts what they have really used.
`;

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "90" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const WINDOW_MS = 60_000;
const CLIENTS = 24;
/** Clients ask again after this, ms. */
const AGAIN_MS = 40;

interface Case {
  readonly replicas: number;
  readonly counted: "requests" | "tokens";
  readonly rate: number;
}

const CASES: readonly Case[] = [1, 3].flatMap((replicas) => [
  { replicas, counted: "requests" as const, rate: 3_000 },
  { replicas, counted: "tokens" as const, rate: 300_000 },
]);

interface Result extends Case {
  /** Share of the rate in the fullest and the emptiest window, after the first second. */
  readonly most: number;
  readonly least: number;
}

async function run(provider: PaidProvider, one: Case, valkeyUrl: string): Promise<Result> {
  const database = await createFreshDatabase();
  if (database === null) throw new Error("There is no PostgreSQL.");
  provider.reset();
  const meters = `limits:\n  rates:\n    all: { per: environment, ${one.counted}: ${one.rate}/m }\n`;
  const terms = { database, valkeyUrl, baseUrl: provider.baseUrl, count: one.replicas, meters };
  const servers = await startReplicas(terms);
  try {
    await ask(
      servers.map(({ url }) => url),
      Number(options.seconds) * 1_000,
    );
    await stopReplicas(servers);
    return { ...one, ...windowsOf(provider, one) };
  } finally {
    for (const { process } of servers) process.kill("SIGKILL");
    await database.drop();
  }
}

/** Slides a window over the run, request by request. */
function windowsOf(
  { asked }: PaidProvider,
  { counted, rate }: Case,
): { readonly most: number; readonly least: number } {
  const weights = asked.map(({ at, tokens }) => ({ at, weight: counted === "tokens" ? tokens : 1 }));
  const end = weights.at(-1)?.at ?? 0;
  const begin = (weights[0]?.at ?? 0) + 1_000;
  let [sum, from, most, least] = [0, 0, 0, Number.POSITIVE_INFINITY];
  for (const [index, { at, weight }] of weights.entries()) {
    sum += weight;
    for (let first = weights[from]; first !== undefined && first.at <= at - WINDOW_MS; first = weights[from]) {
      sum -= first.weight;
      from += 1;
    }
    most = Math.max(most, sum);
    const isWhole = at - WINDOW_MS >= begin && index < weights.length - 1 && at < end;
    if (isWhole) least = Math.min(least, sum);
  }
  return { most: most / rate, least: least / rate };
}

async function ask(urls: readonly string[], forMs: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const until = performance.now() + forMs;
  const body = JSON.stringify({ model: "support-bot", max_tokens: 64, messages: [{ role: "user", content: "Hello" }] });
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  const call = (url: string): Promise<void> =>
    new Promise((resolve) => {
      const sent = request(`${url}/v1/chat/completions`, { method: "POST", agent, headers }, (response) => {
        response.resume();
        response.on("close", resolve);
      });
      sent.on("error", () => resolve());
      sent.end(body);
    });
  const client = async (index: number): Promise<void> => {
    while (performance.now() < until) {
      await call(urls[index % urls.length] ?? "");
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
  agent.destroy();
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
  const results: Result[] = [];
  try {
    for (const one of CASES) {
      const result = await run(provider, one, valkeyUrl);
      results.push(result);
      const share = (part: number): string => `${(part * 100).toFixed(2)} %`;
      const where = `${result.replicas} server${result.replicas === 1 ? "" : "s"}, ${result.rate} ${result.counted} a minute`;
      process.stdout.write(`${where}: from ${share(result.least)} to ${share(result.most)} in any 60 s\n`);
    }
  } finally {
    await provider.close();
  }
  const ok = results.every(isWithin);
  const isShort = results.some(({ least }) => !Number.isFinite(least));
  const verdict = isShort
    ? "No 60 s of a run were whole: nothing is shown."
    : "Not within 2 % on one server and 5 % on three.";
  process.stdout.write(ok ? "Within 2 % on one server and 5 % on three.\n" : `${verdict}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ results, ok })}\n`);
  if (!ok) process.exitCode = 1;
}

/** What is promised of any 60 s: within 2 % of the rate on one server, within 5 % on several. */
function isWithin({ replicas, most, least }: Result): boolean {
  const tolerance = replicas === 1 ? 0.02 : 0.05;
  return least >= 1 - tolerance && most <= 1 + tolerance && Number.isFinite(least);
}

await main();
