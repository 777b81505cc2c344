import type { Origin } from "../domain/release/origin.ts";

/** The configuration files last applied in one environment, by path relative to the project. They hold no secrets. */
export interface AppliedProject {
  readonly environment: string;
  readonly files: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly appliedAt: number;
  readonly author: string;
  /** Where the files came from, as whoever applied them said; absent where nobody did. */
  readonly origin?: Origin;
  /** Whether the environment is the server's own; absent is yes, as before there could be others. */
  readonly isOwn?: boolean;
}

/** Remembers what was applied, so that a restart serves the same. */
export interface ProjectStore {
  save(project: AppliedProject): Promise<void>;
  /** What was applied last in an environment; in the server's own one without a name. */
  latest(environment?: string): Promise<AppliedProject | null>;
  /** What was applied last in each environment, in the order in which it was. */
  all(): Promise<readonly AppliedProject[]>;
  /**
   * What was applied in an environment at or after a time (epoch ms), newest first, and last of all what was in force before;
   * at most `limit`.
   */
  history(environment: string, since: number, limit: number): Promise<readonly AppliedProject[]>;
}
