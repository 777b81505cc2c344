/** The stages of a release on its way into an environment, in their order. */
export const STAGES = ["check", "evaluate", "integrate", "approve", "deploy", "monitor"] as const;

export type Stage = (typeof STAGES)[number];

/** Where a stage is. `skipped`: nobody asks for it in this environment. */
export type StageState = "waiting" | "running" | "passed" | "failed" | "skipped";

/** What somebody said of a stage of a release in an environment: a person, CI, or the server itself. */
export interface PipelineReport {
  /** Release id. */
  readonly release: string;
  readonly environment: string;
  readonly stage: Stage;
  readonly state: StageState;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Name of the key, or `rollward`. */
  readonly by: string;
  readonly note: string | null;
  /** Where the evidence is; `null` where there is none to look at. */
  readonly url: string | null;
}
