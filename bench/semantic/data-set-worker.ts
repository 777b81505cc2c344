import { parentPort, workerData } from "node:worker_threads";
import { questionBar } from "../../src/domain/cache/semantic/question-bar.ts";
import { traitsOf } from "../../src/domain/cache/semantic/question-traits.ts";
import { readDataSet } from "./data-sets.ts";
import type { DATA_SETS } from "./data-sets.ts";
import { embedAll } from "./embed-all.ts";
import { Neighbours } from "./neighbours.ts";
import { RULES } from "./rules/index.ts";
import type { World } from "./rules/rule.ts";
import { runRule } from "./run-rule.ts";
import type { RunResult } from "./run-rule.ts";

/** What a thread is to do. */
export interface DataSetTask {
  readonly folder: string;
  readonly name: (typeof DATA_SETS)[number];
  readonly orders: number;
  readonly seed: number;
}

/** What a thread tells: where it is, or, at the end, the runs of each rule in the order of `RULES`. */
export type DataSetNews =
  | { readonly step: string }
  | { readonly questions: number; readonly runs: readonly (readonly RunResult[])[] };

const { folder, name, orders, seed } = workerData as DataSetTask;
const tell = (news: DataSetNews): void => parentPort?.postMessage(news);

const data = readDataSet(folder, name);
tell({ step: `${data.texts.length} questions; embedding them` });
const vectors = await embedAll(data.texts);
tell({ step: "embedded; looking for neighbours" });
const world: World = {
  data,
  neighbours: new Neighbours(vectors),
  traits: data.texts.map(traitsOf),
  isBarred: data.texts.map((text) => questionBar(text) !== null),
};
tell({ step: "neighbours known; trying the rules" });
const runs = RULES.map((rule) => Array.from({ length: orders }, (_, order) => runRule(rule, world, { seed, order })));
tell({ questions: data.texts.length, runs });
