import { parentPort } from "node:worker_threads";
import { prove } from "../../test/properties/delivery/prove.ts";

/** What a worker is asked to search. */
export interface ProofTask {
  readonly runs: number;
  readonly seed: number;
}

/** What it found. */
export interface ProofAnswer {
  readonly runs: number;
  readonly commands: number;
  readonly violation: string | null;
  readonly ends: readonly (readonly [string, number])[];
}

async function answer(task: ProofTask): Promise<void> {
  const { ends, ...found } = await prove(task);
  parentPort?.postMessage({ ...found, ends: [...ends] } satisfies ProofAnswer);
}

parentPort?.on("message", (task: ProofTask) => void answer(task));
