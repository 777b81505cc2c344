import { Worker } from "node:worker_threads";
import { drawsOf } from "./draw.ts";
import type { Draw, Study } from "./draw.ts";
import { Outcome } from "./scenario.ts";
import type { OutcomeParts } from "./scenario.ts";

/** Carries out a study in worker threads; the figures are the same for any number of them. */
export async function simulate(study: Study, threads: number): Promise<readonly Outcome[]> {
  const draws = drawsOf(study);
  const results: (readonly OutcomeParts[])[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL("./draw-worker.ts", import.meta.url));
    try {
      for (;;) {
        const index = next;
        const draw = draws[index];
        if (draw === undefined) return;
        next += 1;
        const started = performance.now();
        results[index] = await carriedOut(worker, draw);
        tell(draw, (performance.now() - started) / 1_000);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
  const byId = Map.groupBy(results.flat(), ({ id }) => id);
  return [...byId.values()].map((parts) => Outcome.joined(parts));
}

function carriedOut(worker: Worker, draw: Draw): Promise<readonly OutcomeParts[]> {
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (parts: readonly OutcomeParts[]) => {
      worker.off("error", reject);
      resolve(parts);
    });
    worker.postMessage(draw);
  });
}

function tell({ scenario, runs }: Draw, seconds: number): void {
  if (process.stderr.isTTY || process.env["ROLLWARD_BENCH_TELL"] === "1") {
    process.stderr.write(`${scenario}, ${runs} runs: ${seconds.toFixed(1)} s\n`);
  }
}
