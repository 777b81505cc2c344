import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { DATA_SETS } from "./semantic/data-sets.ts";
import type { DataSetNews, DataSetTask } from "./semantic/data-set-worker.ts";
import { OWN_RULES } from "./semantic/rules/certified.ts";
import { RULES } from "./semantic/rules/index.ts";
import type { Rule } from "./semantic/rules/rule.ts";
import type { RunResult, Tally } from "./semantic/run-rule.ts";
import { contradicts, isBroken, median } from "./semantic/verdict.ts";

const HELP = `The semantic cache on two public sets of questions: how many it answers again, and how many of those wrongly.

  --data DIR   full data sets (banking77/train.csv, clinc150/train_val.json) in place of the samples that come along
  --orders N   random orders of the questions; the medians are shown (default 3)
  --seed N     of the orders (default 1)
  --json       ends with one line of JSON

Questions of one class count as having the same answer; their classes are the judge. Every rule sees the same questions in
the same orders, has a cache of its own and finds the exact nearest entry by the local embedder. "Certified" has misses judged too, as vCache's rule
has; "audits alone" only what the coin chose, as the server does. Fails when the certified
cache breaks its bound: more runs than a share of 5 % explains have wrong hits beyond what chance gives at the bound (1 %), or the
median of the runs is above it.
`;

const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: join(import.meta.dirname, "semantic", "data") },
    orders: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

interface Finished {
  readonly name: string;
  readonly questions: number;
  readonly runs: readonly (readonly RunResult[])[];
}

const runDataSet = (task: DataSetTask): Promise<Finished> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./semantic/data-set-worker.ts", import.meta.url), { workerData: task });
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The thread of ${task.name} has ended with ${code}.`)));
    worker.on("message", (news: DataSetNews) => {
      if ("step" in news) process.stderr.write(`${task.name}: ${news.step}\n`);
      else resolve({ name: task.name, ...news });
    });
  });

interface Row {
  readonly rule: string;
  readonly bound: number | null;
  readonly hits: number;
  readonly hitRate: number;
  /** 0 where there were no hits. */
  readonly wrongAmongHits: number;
  readonly wrongPerRequest: number;
  readonly late: { readonly hitRate: number; readonly wrongAmongHits: number };
  readonly judgedRate: number;
  /** Orders whose wrong hits chance does not explain at the bound. */
  readonly contradicting: number;
  readonly isBroken: boolean;
}

function rowOf({ name, bound }: Rule, runs: readonly RunResult[]): Row {
  const whole = runs.map((run) => run.whole);
  const late = runs.map((run) => run.late);
  return {
    rule: name,
    bound,
    hits: median(whole.map(({ hits }) => hits)),
    hitRate: median(whole.map(({ hits, requests }) => hits / requests)),
    wrongAmongHits: wrongShare(whole),
    wrongPerRequest: median(whole.map(({ wrong, requests }) => wrong / requests)),
    late: { hitRate: median(late.map(({ hits, requests }) => hits / requests)), wrongAmongHits: wrongShare(late) },
    judgedRate: median(whole.map(({ judged, requests }) => judged / requests)),
    contradicting: bound === null ? 0 : whole.filter((run) => contradicts(run, bound)).length,
    isBroken: bound !== null && OWN_RULES.includes(name) && isBroken(whole, bound),
  };
}

/** Median over the runs that had hits; 0 where none had. */
const wrongShare = (tallies: readonly Tally[]): number =>
  median(tallies.filter(({ hits }) => hits > 0).map(({ hits, wrong }) => wrong / hits));

const percent = (share: number | null, digits = 1): string =>
  share === null ? "–" : `${(share * 100).toFixed(digits)} %`;

const HEADINGS = [
  "rule",
  "bound",
  "hits",
  "wrong of hits",
  "wrong per request",
  "2nd half: hits",
  "wrong of hits",
  "judged",
];
const WIDTHS = [25, 7, 8, 14, 18, 15, 14, 9];

const line = (cells: readonly string[]): string =>
  cells
    .map((cell, at) => (at === 0 ? cell.padEnd(WIDTHS[0] ?? 0) : cell.padStart(WIDTHS[at] ?? 0)))
    .join("")
    .trimEnd();

function show({ name, questions }: Finished, rows: readonly Row[]): void {
  process.stdout.write(`\n${name}, ${questions} questions, median of ${options.orders} orders\n${line(HEADINGS)}\n`);
  for (const row of rows) {
    const cells = [
      row.rule,
      percent(row.bound, 0),
      percent(row.hitRate),
      row.hits === 0 ? "–" : percent(row.wrongAmongHits),
      percent(row.wrongPerRequest, 2),
      percent(row.late.hitRate),
      row.late.hitRate === 0 ? "–" : percent(row.late.wrongAmongHits),
      percent(row.judgedRate, 0),
    ];
    process.stdout.write(`${line(cells)}${row.isBroken ? "  BOUND BROKEN" : ""}\n`);
  }
}

async function main(): Promise<void> {
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const [orders, seed] = [Number(options.orders), Number(options.seed)];
  if (!Number.isSafeInteger(orders) || orders < 1) throw new Error("--orders takes a whole number from 1.");
  const finished = await Promise.all(DATA_SETS.map((name) => runDataSet({ folder: options.data, name, orders, seed })));
  const datasets = finished.map((one) => {
    const rows = one.runs.map((runs, at) => rowOf(RULES[at] as Rule, runs));
    show(one, rows);
    return { name: one.name, questions: one.questions, orders, rules: rows };
  });
  const isBroken = datasets.some(({ rules }) => rules.some((row) => row.isBroken));
  process.stdout.write(`\n${isBroken ? "A certified bound was broken." : "Every certified bound held."}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ datasets })}\n`);
  process.exitCode = isBroken ? 1 : 0;
}

await main();
