import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readBooks, whenWritten } from "./frozen/aftermath.ts";
import type { Books, RecordCounts } from "./frozen/aftermath.ts";
import { figuresOf, fullestMinute } from "./frozen/figures.ts";
import type { PhaseFigures } from "./frozen/figures.ts";
import type { LoadOrder, SentCall } from "./frozen/load.ts";
import { freeze, thaw } from "./frozen/process-tree.ts";
import { setStage } from "./frozen/stage.ts";
import type { Stage } from "./frozen/stage.ts";
import { recordedIds } from "./soak/server-watch.ts";

const HELP = `What calls notice when PostgreSQL stands still, and then Redis: every process of it gets SIGSTOP.

  --replicas N  servers of Rollward (default 3)
  --seconds N   how long each of the two stands still (default 60)
  --rate N      calls per second in all, whether answers come or not (default 200)
  --json        ends with one line of JSON

Everything is started for the run, on loopback: Debian's PostgreSQL with a data directory of its own, Redis or Valkey, a
model that answers at once, the servers with limits, budgets and the exact cache on. One call in five asks what was asked
before; one in ten is of a tenant that pushes against its limit; one in twenty of a tenant whose budget comes to its end.
Their refusals are answers. Ends with 1 when a call failed, added p99 was 50 ms or more, a call that was answered is not
among the recorded ones, a budget was overrun, or the limit let in more than 5 % too much in a minute.
`;

const { values: options } = parseArgs({
  options: {
    replicas: { type: "string", default: "3" },
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "200" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Compilers are done after some ten seconds under load. */
const WARM_S = 15;
const BASELINE_S = 30;
/** Long enough for what waited to be written, and for limits to be shared again. */
const HEAL_S = 20;

const BASELINE = "baseline";
const PHASES = [BASELINE, "PostgreSQL frozen", "PostgreSQL back", "Redis frozen", "Redis back"];

const MOST_ADDED_MS = 50;
const MOST_OVER_LIMIT = 1.05;

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const seconds = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * 1_000));

/** Plays the phases one after the other; gives all calls that were sent. */
async function play({ postgres, redis, servers, callers }: Stage): Promise<readonly SentCall[]> {
  const load = fork(fileURLToPath(new URL("frozen/load.ts", import.meta.url)));
  const tell = (order: LoadOrder): void => void load.send(order);
  const enter = (name: string): void => {
    say(name);
    tell({ type: "phase", name });
  };
  const frozen = Number(options.seconds);
  const urls = servers.map(({ url }) => url);
  try {
    tell({ type: "begin", urls, ratePerSecond: Number(options.rate), callers });
    await seconds(WARM_S);
    enter(BASELINE);
    await seconds(BASELINE_S);
    for (const [name, { pid }] of [
      ["PostgreSQL", postgres],
      ["Redis", redis],
    ] as const) {
      enter(`${name} frozen`);
      const count = freeze(pid);
      say(`  ${count} processes stopped`);
      await seconds(frozen).finally(() => thaw(pid));
      enter(`${name} back`);
      await seconds(HEAL_S);
    }
    const heard = new Promise<readonly SentCall[]>((resolve, reject) => {
      load.once("message", (calls) => resolve(calls as readonly SentCall[]));
      load.once("exit", () => reject(new Error("The generator ended.")));
    });
    tell({ type: "end" });
    return await heard;
  } finally {
    load.kill();
  }
}

interface Outcome {
  readonly phases: readonly PhaseFigures[];
  readonly counts: RecordCounts;
  readonly books: readonly Books[];
  readonly fullestMinute: number;
}

const isFine = ({ phases, books, fullestMinute: fullest }: Outcome): boolean =>
  phases.every(({ failed, lost, addedP99Ms }) => failed === 0 && lost === 0 && addedP99Ms < MOST_ADDED_MS) &&
  books.every(({ settledPico, limitPico }) => settledPico <= limitPico) &&
  fullest <= MOST_OVER_LIMIT;

function print({ phases, counts, books, fullestMinute: fullest }: Outcome): void {
  const head = ["phase", "sent", "200", "refused", "failed", "p50 ms", "p99 ms", "longest", "added p99", "lost"];
  const rows = phases.map((one) => [
    one.name,
    ...[one.sent, one.answered200, one.refused, one.failed].map(String),
    ...[one.p50Ms, one.p99Ms, one.longestMs, one.addedP99Ms].map((ms) => ms.toFixed(1)),
    String(one.lost),
  ]);
  for (const row of [head, ...rows]) {
    console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(18) : cell.padStart(10))).join(""));
  }
  for (const { name, faults } of phases) for (const [what, count] of faults) console.log(`${name}: ${count} × ${what}`);
  console.log(
    `records dropped: ${counts.droppedFacts}, of them bytes alone: ${counts.droppedBodies}, never written: ${counts.waiting}`,
  );
  for (const { budget, limitPico, settledPico, heldPico } of books) {
    const usd = (pico: bigint): string => `$${(Number(pico) / 1e12).toFixed(6)}`;
    console.log(`budget ${budget}: settled ${usd(settledPico)} of ${usd(limitPico)}, still held ${usd(heldPico)}`);
  }
  console.log(`the limit's fullest minute: ${(fullest * 100).toFixed(1)} % of what it lets in`);
}

async function run(stage: Stage): Promise<Outcome> {
  const calls = await play(stage);
  const counts = await whenWritten(stage.servers);
  const recorded = new Set<string>();
  for (const server of stage.servers.slice(0, 1)) for await (const id of recordedIds(server)) recorded.add(id);
  await stage.stopServers();
  const books = await readBooks(stage.postgres.url);
  const phases = figuresOf(calls, { phases: PHASES, baseline: BASELINE, recorded });
  return { phases, counts, books, fullestMinute: fullestMinute(calls) };
}

async function main(): Promise<void> {
  if (options.help) return void process.stdout.write(HELP);
  const stage = await setStage(Number(options.replicas));
  const leave = (): never => {
    thaw(stage.postgres.pid);
    stage.close();
    process.exit(130);
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
  say(`${stage.postgres.name}, ${stage.redis.name}, ${options.replicas} replicas, ${options.rate} calls/s`);
  try {
    const outcome = await run(stage);
    print(outcome);
    const ok = isFine(outcome);
    const phases = outcome.phases.map(({ name, sent, answered200, refused, addedP99Ms, lost }) => ({
      name,
      sent,
      answered: answered200 + refused,
      addedP99Ms: Number(addedP99Ms.toFixed(2)),
      lost,
    }));
    if (options.json) console.log(JSON.stringify({ phases, ok }));
    process.exitCode = ok ? 0 : 1;
  } finally {
    stage.close();
  }
}

await main();
