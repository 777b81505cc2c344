import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { checkAll } from "./evidence/checks.ts";
import type { Study } from "./evidence/draw.ts";
import { writePage } from "./evidence/page.ts";
import { loadReference } from "./evidence/reference.ts";
import { linesOf, summaryOf, tableOf } from "./evidence/report.ts";
import { simulate } from "./evidence/simulate.ts";

const HELP = `Repeats the Monte-Carlo study of the evidence against the shipped statistics.

  --runs N     runs of every scenario (default 400), never more than the reference study has
  --full       as many runs as the reference study
  --seed N     another seed (default 20261121); the same seed gives the same figures
  --threads N  worker threads (default: all cores); the figures do not depend on it
  --write      writes the tables into docs/evidence.md
  --json       ends with one line of JSON; the comparisons with other rules are on the line before
`;

interface Options extends Study {
  readonly threads: number;
  readonly isJson: boolean;
  readonly isWritten: boolean;
}

/** Reads the command line; `null` when help was asked for. */
function readOptions(): Options | null {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "400" },
      full: { type: "boolean", default: false },
      seed: { type: "string", default: "20261121" },
      threads: { type: "string", default: String(availableParallelism()) },
      write: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return null;
  const [runs, seed, threads] = [Number(values.runs), Number(values.seed), Number(values.threads)];
  for (const [name, value] of Object.entries({ runs, threads })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`--${name} takes a whole number above 0.`);
  }
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed takes a whole number, not ${values.seed}.`);
  return { runs, seed, threads, isFull: values.full, isJson: values.json, isWritten: values.write };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) {
    process.stdout.write(HELP);
    return;
  }
  const started = performance.now();
  const outcomes = await simulate(options, options.threads);
  const seconds = (performance.now() - started) / 1_000;
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const checks = checkAll(byId, loadReference());
  const [scenarios, comparisons] = [linesOf(outcomes, true), linesOf(outcomes, false)];
  process.stdout.write(`${tableOf(scenarios, checks)}\n\nFor comparison\n${tableOf(comparisons, checks)}\n\n`);
  process.stdout.write(`${summaryOf(checks)}\n${seconds.toFixed(0)} s with ${options.threads} threads.\n`);
  if (options.isWritten) writePage({ outcomes: byId, checks, study: options, seconds });
  if (options.isJson) process.stdout.write(`${JSON.stringify({ comparisons })}\n${JSON.stringify({ scenarios })}\n`);
  process.exitCode = checks.every(({ passed }) => passed) ? 0 : 1;
}

await main();
