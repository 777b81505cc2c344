import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { INVARIANTS } from "../test/properties/delivery/invariants.ts";
import type { ProofAnswer, ProofTask } from "./prove/worker.ts";

const HELP = `Runs random histories of two replicas and checks every law of a rollout after every command.

  --runs N      histories (default 2000)
  --seed N      the same seed gives the same histories (default: another one each time)
  --workers N   threads (default: all cores)
  --minutes N   begins nothing new after so long (default: no end)
  --laws        lists the laws and ends
`;

/** Histories that a worker runs at one go: enough to be quick, few enough to tell how far it is. */
const CHUNK = 500;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly workers: number;
  /** Infinity is without an end. */
  readonly minutes: number;
}

function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "2000" },
      seed: { type: "string", default: String(Date.now() % 2 ** 31) },
      workers: { type: "string", default: String(availableParallelism()) },
      minutes: { type: "string", default: "Infinity" },
      laws: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || values.laws) {
    const laws = INVARIANTS.map(({ number, sentence }) => `${String(number).padStart(2)}  ${sentence}\n`).join("");
    process.stdout.write(values.help ? HELP : laws);
    return null;
  }
  const [runs, seed, workers] = [Number(values.runs), Number(values.seed), Number(values.workers)];
  for (const [name, value] of Object.entries({ runs, seed, workers })) {
    if (!Number.isSafeInteger(value) || value < (name === "seed" ? 0 : 1)) {
      throw new RangeError(`--${name} takes a whole number above 0.`);
    }
  }
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new RangeError("--minutes takes a number above 0.");
  return { runs, seed, workers, minutes };
}

function search(worker: Worker, task: ProofTask): Promise<ProofAnswer> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (answer: ProofAnswer) => {
      worker.off("error", reject);
      resolve(answer);
    });
    worker.postMessage(task);
  });
}

function tell(answers: readonly ProofAnswer[], of: number): void {
  const done = answers.reduce((sum, { runs }) => sum + runs, 0);
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of}`);
  else if (process.env["ROLLWARD_BENCH_TELL"] === "1") process.stderr.write(`${done} of ${of}\n`);
}

/** Hands out chunks until all are done or a law is broken. */
async function searchAll({ runs, seed, workers, minutes }: Options): Promise<readonly ProofAnswer[]> {
  const answers: ProofAnswer[] = [];
  const end = performance.now() + minutes * 60_000;
  let left = runs;
  let chunk = 0;
  const isBroken = (): boolean => answers.some(({ violation }) => violation !== null);
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL("./prove/worker.ts", import.meta.url));
    while (left > 0 && !isBroken() && performance.now() < end) {
      const size = Math.min(CHUNK, left);
      left -= size;
      chunk += 1;
      answers.push(await search(worker, { runs: size, seed: seed + chunk }));
      tell(answers, runs);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: workers }, lane));
  return answers;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return;
  const started = performance.now();
  const answers = await searchAll(options);
  const ends = new Map<string, number>();
  for (const answer of answers) for (const [end, count] of answer.ends) ends.set(end, (ends.get(end) ?? 0) + count);
  process.stdout.write(`\nseed ${options.seed}; how the rollouts were left:\n`);
  for (const [end, count] of [...ends].toSorted(([, a], [, b]) => b - a)) process.stdout.write(`  ${end}: ${count}\n`);
  const violations = answers.flatMap(({ violation }) => (violation === null ? [] : [violation]));
  for (const violation of violations) process.stdout.write(`\n${violation}\n`);
  const sum = (of: (answer: ProofAnswer) => number): number => answers.reduce((total, answer) => total + of(answer), 0);
  const line = {
    runs: sum(({ runs }) => runs),
    commands: sum(({ commands }) => commands),
    violations: violations.length,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

await main();
