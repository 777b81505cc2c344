import { parentPort, workerData } from "node:worker_threads";
import { rehearse } from "../../delivery/drill/rehearse.ts";
import type { RehearsalTerms } from "../../delivery/drill/rehearse.ts";
import type { RehearsalEnd } from "../../domain/drill/drill-report.ts";
import { createRehearsalWorld } from "./rehearsal-world.ts";

/** One drill: the same rehearsal with several seeds. */
export interface DrillWorkerOrder {
  readonly terms: Omit<RehearsalTerms, "seed">;
  readonly seeds: readonly string[];
}

const { terms, seeds } = workerData as DrillWorkerOrder;
for (const seed of seeds) {
  const end: RehearsalEnd = await rehearse(createRehearsalWorld(seed), { ...terms, seed });
  parentPort?.postMessage(end);
}
