import type { SightedSignalName } from "./signal.ts";

/** One number that a server saw. */
export interface Sight {
  readonly signal: SightedSignalName;
  /** What it is about beside the environment: `endpoint`, `budget`, `provider`, `model`, `rollout`, `subject`. */
  readonly subject: Readonly<Record<string, string>>;
  readonly value: number;
  /** In words for people; at most 300 characters. */
  readonly note?: string;
  /** Whether it keeps alive an alert that fires, and begins none. */
  readonly onlyLasts?: true;
}

/** What one server saw of one environment at one time. */
export interface Sighting {
  readonly replicaId: string;
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** What it looked for: of these it names all there is. */
  readonly looked: readonly SightedSignalName[];
  /** At most 500. */
  readonly sights: readonly Sight[];
}
