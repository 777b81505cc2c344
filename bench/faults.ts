import { parseArgs } from "node:util";
import { PROFILES } from "../test/fixtures/faulty-provider/profile.ts";
import { projectFor, RUNS } from "../test/faults/failover/project.ts";
import type { Run } from "../test/faults/failover/project.ts";
import { runFault } from "../test/faults/failover/run-fault.ts";
import type { FaultResult } from "../test/faults/failover/run-fault.ts";
import { startStage } from "../test/faults/failover/stage.ts";
import { TIMINGS } from "../test/faults/failover/timing.ts";

const HELP = `Sends sixteen provider faults through the real server and tells what the caller and the provider saw.

  --profile full|fast  how long the faults last (default full, as in the published comparison: about 100 seconds)
  --only S08,S15       some of the faults
  --sequential         one after the other instead of all at once
  --json               ends with one line of JSON

Each fault has a provider, a model and an endpoint of its own, so that running at once changes nothing but the wait.
pass: answered, and every check holds. partial: answered, an advisory check does not hold. safe: a clean error in
time. fail: a hang, a truncated answer shown as success, or a required check that does not hold.
`;

const { values: options } = parseArgs({
  options: {
    profile: { type: "string", default: "full" },
    only: { type: "string", default: "" },
    sequential: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function runAll(runs: readonly Run[]): Promise<FaultResult[]> {
  const profile = options.profile === "fast" ? PROFILES.fast : PROFILES.full;
  const stage = await startStage(profile, (baseUrl) => projectFor(baseUrl, TIMINGS[profile.name], runs));
  try {
    if (!options.sequential) return await Promise.all(runs.map((run) => runFault(stage, run)));
    const results: FaultResult[] = [];
    for (const run of runs) results.push(await runFault(stage, run));
    return results;
  } finally {
    await stage.stop();
  }
}

function rowOf({ id, form, verdict, attempts, elapsedMs, title, seen, missed }: FaultResult): string {
  const missing = missed.length === 0 ? "" : `; missed: ${missed.join(", ")}`;
  const figures = `${String(attempts).padStart(8)} ${(elapsedMs / 1000).toFixed(1).padStart(7)} s`;
  return `${id}  ${form.padEnd(6)}  ${verdict.padEnd(7)} ${figures}  ${title.padEnd(38)}  ${seen.join(", ")}${missing}`;
}

/** The compared form of each fault; a fault that fails in any form has failed. */
function summaryOf(results: readonly FaultResult[]): {
  readonly faults: readonly object[];
  honest: number;
  dishonest: number;
} {
  const ids = [...new Set(results.map(({ id }) => id))];
  const faults = ids.flatMap((id) => {
    const forms = results.filter((result) => result.id === id);
    const [compared] = forms;
    if (compared === undefined) return [];
    const outcome = forms.some(({ verdict }) => verdict === "fail") ? "fail" : compared.verdict;
    return [{ name: id, outcome, attempts: compared.attempts, elapsedMs: compared.elapsedMs }];
  });
  const dishonest = faults.filter(({ outcome }) => outcome === "fail").length;
  return { faults, honest: faults.length - dishonest, dishonest };
}

async function main(): Promise<void> {
  if (options.help) return void process.stdout.write(HELP);
  if (!(options.profile in PROFILES)) throw new RangeError(`--profile takes full or fast, not ${options.profile}.`);
  const wanted = options.only === "" ? null : options.only.toUpperCase().split(",");
  const results = await runAll(RUNS.filter(({ scenario }) => wanted === null || wanted.includes(scenario.id)));
  process.stdout.write(
    `fault form    verdict  primary  elapsed    what the provider does                   what the caller saw\n`,
  );
  for (const result of results) process.stdout.write(`${rowOf(result)}\n`);
  const { faults, honest, dishonest } = summaryOf(results);
  process.stdout.write(
    `\n${honest} of ${faults.length} faults end in an answer or an honest error; ${dishonest} do not\n`,
  );
  if (options.json) process.stdout.write(`${JSON.stringify({ faults, honest, dishonest })}\n`);
  process.exitCode = dishonest === 0 ? 0 : 1;
}

await main();
