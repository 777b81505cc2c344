import type { AttemptRecord, CallFacts, StageTiming } from "./call-record.ts";

/** JSON has no bigint: costs travel as decimal text. */
type Written<T> = Omit<T, "costPico"> & { readonly costPico: string };
/** Facts as data of JSON. */
export type WrittenFacts = Omit<Written<CallFacts>, "attempts" | "stages"> & {
  readonly attempts: readonly Written<AttemptRecord>[];
  /** As they are in lines from before; since then one list of names, starts and ends, in whole microseconds. */
  readonly stages: readonly StageTiming[] | readonly (string | number)[];
};

/** Stages in a third of the text: whole numbers are also quicker to write than fractions. */
function writeStages(stages: readonly StageTiming[]): readonly (string | number)[] {
  const written: (string | number)[] = [];
  for (const { stage, startMs, endMs } of stages) {
    written.push(stage, Math.round(startMs * 1_000), Math.round(endMs * 1_000));
  }
  return written;
}

const STAGE_ITEMS = 3;

function readStages(written: WrittenFacts["stages"]): readonly StageTiming[] {
  if (typeof written[0] === "object") return written as readonly StageTiming[];
  const flat = written as readonly (string | number)[];
  const stages: StageTiming[] = [];
  for (let at = 0; at < flat.length; at += STAGE_ITEMS) {
    const [stage, startUs, endUs] = flat.slice(at, at + STAGE_ITEMS);
    stages.push({ stage: String(stage), startMs: Number(startUs) / 1_000, endMs: Number(endUs) / 1_000 });
  }
  return stages;
}

/** The facts of a call as JSON without line breaks; the times of stages to the microsecond. */
export function writeFacts(facts: CallFacts): string {
  const attempts = facts.attempts.map((attempt) => ({ ...attempt, costPico: attempt.costPico.toString() }));
  const stages = writeStages(facts.stages);
  const written: WrittenFacts = { ...facts, attempts, stages, costPico: facts.costPico.toString() };
  return JSON.stringify(written);
}

/** Reads what `writeFacts` wrote. */
export const readFacts = (text: string): CallFacts => factsOf(JSON.parse(text) as WrittenFacts);

/** Facts from what `JSON.parse` made of `writeFacts`. */
export function factsOf(written: WrittenFacts): CallFacts {
  const attempts = written.attempts.map((attempt) => ({ ...attempt, costPico: BigInt(attempt.costPico) }));
  return { ...written, attempts, stages: readStages(written.stages), costPico: BigInt(written.costPico) };
}
