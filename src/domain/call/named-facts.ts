import type { AttemptRecord, CallFacts, StageTiming } from "./call-record.ts";
import { readStages } from "./stage-list.ts";
import type { StageList } from "./stage-list.ts";

/** JSON has no bigint: costs travel as decimal text. */
type Named<T> = Omit<T, "costPico"> & { readonly costPico: string };

/** Facts by their names, as records from before have them. */
export type NamedFacts = Omit<Named<CallFacts>, "attempts" | "stages"> & {
  readonly attempts: readonly Named<AttemptRecord>[];
  /** The oldest have objects. */
  readonly stages: readonly StageTiming[] | StageList;
};

/** Facts from what `JSON.parse` made of a record from before. */
export function readNamed(named: NamedFacts): CallFacts {
  const attempts = named.attempts.map((attempt) => ({ ...attempt, costPico: BigInt(attempt.costPico) }));
  return { ...named, attempts, stages: readStages(named.stages), costPico: BigInt(named.costPico) };
}
