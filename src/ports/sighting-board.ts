import type { Sighting } from "../domain/alerts/sighting.ts";

/** Where servers leave what they see of themselves, for the one that evaluates the rules. */
export interface SightingBoard {
  /** Keeps sightings; one of the same server, environment and time stays as it is. */
  leave(sightings: readonly Sighting[]): Promise<void>;
  /** Those of an environment later than `since` and not later than `until` (epoch ms), oldest first. */
  between(environment: string, since: number, until: number): Promise<readonly Sighting[]>;
  /** Forgets those before this time, epoch ms. */
  expire(before: number): Promise<void>;
}
