import type { StageTiming } from "./call-record.ts";

/** Stages in a third of the text of objects: a name, its start and its end in turn, in whole microseconds. */
export type StageList = readonly (string | number)[];

/** Whole numbers are also quicker to write than fractions. */
export const toMicros = (ms: number): number => Math.round(ms * 1_000);
export const fromMicros = (us: number): number => us / 1_000;

export function listStages(stages: readonly StageTiming[]): StageList {
  const listed: (string | number)[] = [];
  for (const { stage, startMs, endMs } of stages) listed.push(stage, toMicros(startMs), toMicros(endMs));
  return listed;
}

const STAGE_ITEMS = 3;

/** Reads what `listStages` gave; the oldest records have objects, which are as they should be. */
export function readStages(written: readonly StageTiming[] | StageList): readonly StageTiming[] {
  if (typeof written[0] === "object") return written as readonly StageTiming[];
  const list = written as StageList;
  const stages: StageTiming[] = [];
  for (let at = 0; at < list.length; at += STAGE_ITEMS) {
    const [stage, start, end] = list.slice(at, at + STAGE_ITEMS);
    stages.push({ stage: String(stage), startMs: fromMicros(Number(start)), endMs: fromMicros(Number(end)) });
  }
  return stages;
}
