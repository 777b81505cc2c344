import { parseArgs } from "node:util";
import { Load } from "./rollback/load.ts";
import { setStage } from "./rollback/stage.ts";
import { runTrial } from "./rollback/trial.ts";
import type { TrialResult, Way } from "./rollback/trial.ts";

const HELP = `How long a rollback takes to reach every replica.

  --replicas N  servers of Rollward (default 3)
  --runs N      rollbacks of each kind: by a person's command, by evidence (default 100)
  --rate N      new sessions per second and replica (default 40)
  --json        ends with one line of JSON

Everything is started for the run, on loopback: Debian's PostgreSQL with a data directory of its own, a model, the servers.
Each run rolls a release out to half of the new sessions and withdraws it. Told is the time from the decision, as it stands
in the rollout's log, to the last new session that any replica gave to the candidate. Ends with 1 when the 99th percentile
is a second or more.
`;

const { values: options } = parseArgs({
  options: {
    replicas: { type: "string", default: "3" },
    runs: { type: "string", default: "100" },
    rate: { type: "string", default: "40" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const MOST_MS = 1_000;
const WAYS: readonly Way[] = ["command", "evidence"];

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Nearest rank. */
function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

interface Figures {
  readonly runs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
  readonly sessionsAfter: number;
  readonly medianExposed: number;
}

function figuresOf(results: readonly TrialResult[]): Figures {
  const times = results.map(({ reachedMs }) => reachedMs);
  return {
    runs: results.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    worstMs: Math.max(0, ...times),
    sessionsAfter: results.reduce((sum, { sessionsAfter }) => sum + sessionsAfter, 0),
    medianExposed: percentile(
      results.map(({ exposed }) => exposed),
      0.5,
    ),
  };
}

async function run(): Promise<void> {
  const stage = await setStage(Number(options.replicas));
  const load = new Load(
    stage.servers.map(({ url }) => url),
    Number(options.rate),
  );
  const results: TrialResult[] = [];
  try {
    for (let each = 0; each < Number(options.runs); each += 1) {
      for (const [place, way] of WAYS.entries()) {
        const trial = each * WAYS.length + place + 1;
        results.push(await runTrial(way, { servers: stage.servers, upstreamPort: stage.upstreamPort, load, trial }));
      }
      if ((each + 1) % 10 === 0) say(`${each + 1} of ${options.runs} done`);
    }
  } finally {
    load.stop();
    await load.take();
    await stage.close();
  }
  report(results);
}

function report(results: readonly TrialResult[]): void {
  const rows = WAYS.map((way) => ({ way, ...figuresOf(results.filter((result) => result.way === way)) }));
  console.log("by         runs   p50 ms   p99 ms   worst ms   sessions after it   exposed (median)");
  for (const { way, runs, p50Ms, p99Ms, worstMs, sessionsAfter, medianExposed } of rows) {
    const cells = [String(runs).padStart(4), ...[p50Ms, p99Ms, worstMs].map((ms) => String(ms).padStart(8))];
    console.log(
      `${way.padEnd(10)} ${cells.join(" ")} ${String(sessionsAfter).padStart(19)} ${String(medianExposed).padStart(18)}`,
    );
  }
  if (rows.some(({ p99Ms }) => p99Ms >= MOST_MS)) process.exitCode = 1;
  if (options.json) console.log(JSON.stringify({ replicas: Number(options.replicas), ways: rows }));
}

if (options.help) console.log(HELP);
else await run();
