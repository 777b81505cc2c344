/** The configuration files last applied, by path relative to the project. They hold no secrets. */
export interface AppliedProject {
  readonly environment: string;
  readonly files: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly appliedAt: number;
  readonly author: string;
}

/** Remembers what was applied, so that a restart serves the same. */
export interface ProjectStore {
  save(project: AppliedProject): Promise<void>;
  latest(): Promise<AppliedProject | null>;
}
