import type { PipelineReport } from "../domain/pipeline/pipeline.ts";

/** What has been reported of the stages of releases, by CI and by the server itself. Nothing is ever changed. */
export interface PipelineStore {
  /** Notes a report; the newest of a stage counts. */
  note(report: PipelineReport): Promise<void>;
  /** The newest report of every stage of a release in an environment. */
  newest(release: string, environment: string): Promise<readonly PipelineReport[]>;
}
