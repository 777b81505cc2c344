import type { AttemptRecord, CallFacts, StageTiming } from "./call-record.ts";

/** JSON has no bigint: costs travel as decimal text. */
type Named<T> = Omit<T, "costPico"> & { readonly costPico: string };

/** Facts by their names, as records from before have them. */
export type NamedFacts = Omit<Named<CallFacts>, "attempts" | "stages"> & {
  readonly attempts: readonly Named<AttemptRecord>[];
  /** The oldest have objects; those since have one list of names, starts and ends, in whole microseconds. */
  readonly stages: readonly StageTiming[] | readonly (string | number)[];
};

/** Facts from what `JSON.parse` made of a record from before. */
export function readNamed(named: NamedFacts): CallFacts {
  const attempts = named.attempts.map((attempt) => ({ ...attempt, costPico: BigInt(attempt.costPico) }));
  return { ...named, attempts, stages: readStages(named.stages), costPico: BigInt(named.costPico) };
}

const STAGE_ITEMS = 3;

/** Stages from one list of names, starts and ends (whole microseconds). */
export function readStages(written: NamedFacts["stages"]): readonly StageTiming[] {
  if (typeof written[0] === "object") return written as readonly StageTiming[];
  const flat = written as readonly (string | number)[];
  const stages: StageTiming[] = [];
  for (let at = 0; at < flat.length; at += STAGE_ITEMS) {
    const [stage, startUs, endUs] = flat.slice(at, at + STAGE_ITEMS);
    stages.push({ stage: String(stage), startMs: Number(startUs) / 1_000, endMs: Number(endUs) / 1_000 });
  }
  return stages;
}
