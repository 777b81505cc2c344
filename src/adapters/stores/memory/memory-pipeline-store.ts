import type { PipelineReport } from "../../../domain/pipeline/pipeline.ts";
import type { PipelineStore } from "../../../ports/pipeline-store.ts";

/** Reports of the pipeline in memory: the newest of each stage. */
export function createMemoryPipelineStore(): PipelineStore {
  const newest = new Map<string, PipelineReport>();
  return {
    async note(report) {
      newest.set([report.release, report.environment, report.stage].join("\n"), report);
    },
    async newest(release, environment) {
      return [...newest.values()].filter((one) => one.release === release && one.environment === environment);
    },
  };
}
