import { parseArgs } from "node:util";
import { checkAll } from "./evidence/checks.ts";
import { Random } from "./evidence/random.ts";
import { loadReference } from "./evidence/reference.ts";
import { linesOf, summaryOf, tableOf } from "./evidence/report.ts";
import type { Outcome } from "./evidence/scenario.ts";
import { SCENARIOS } from "./evidence/scenarios/index.ts";

const HELP = `Repeats the Monte-Carlo study of the evidence against the shipped statistics.

  --runs N    runs of every scenario (default 400)
  --full      as many runs as the reference study
  --seed N    another seed (default 20261121); the same seed gives the same figures
  --json      ends with one line of JSON; the comparisons with other rules are on the line before
`;

interface Options {
  readonly runs: number;
  readonly isFull: boolean;
  readonly seed: number;
  readonly isJson: boolean;
}

/** Reads the command line; `null` when help was asked for. */
function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "400" },
      full: { type: "boolean", default: false },
      seed: { type: "string", default: "20261121" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [runs, seed] = [Number(values.runs), Number(values.seed)];
  if (values.help) return null;
  if (!Number.isSafeInteger(runs) || runs < 1)
    throw new RangeError(`--runs takes a whole number above 0, not ${values.runs}.`);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed takes a whole number, not ${values.seed}.`);
  return { runs, seed, isFull: values.full, isJson: values.json };
}

function simulate({ runs, seed, isFull }: Options): readonly Outcome[] {
  return SCENARIOS.flatMap(({ name, fullRuns, simulate: run }) => {
    const started = performance.now();
    const outcomes = run(new Random(seed, name), isFull ? fullRuns : runs);
    const seconds = (performance.now() - started) / 1000;
    if (process.stderr.isTTY) process.stderr.write(`${name}: ${seconds.toFixed(1)} s\n`);
    return outcomes;
  });
}

function main(): void {
  const options = readOptions();
  if (options === null) {
    process.stdout.write(HELP);
    return;
  }
  const outcomes = simulate(options);
  const checks = checkAll(new Map(outcomes.map((outcome) => [outcome.id, outcome])), loadReference());
  const [scenarios, comparisons] = [linesOf(outcomes, true), linesOf(outcomes, false)];
  process.stdout.write(`${tableOf(scenarios, checks)}\n\nFor comparison\n${tableOf(comparisons, checks)}\n\n`);
  process.stdout.write(`${summaryOf(checks)}\n`);
  if (options.isJson) process.stdout.write(`${JSON.stringify({ comparisons })}\n${JSON.stringify({ scenarios })}\n`);
  process.exitCode = checks.every(({ passed }) => passed) ? 0 : 1;
}

main();
