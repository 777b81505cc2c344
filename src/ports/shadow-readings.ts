import type { KeptShadowEntry } from "../domain/shadow/shadow-pair.ts";
import type { ShadowReading } from "../domain/evidence/shadow-reading.ts";

/** What the copies of shadow stages show. */
export interface ShadowReadings {
  /**
   * Never waits. On all replicas as far as this one has heard of them; `null` for a rollout of which no copy is known. Proven harm
   * stays proven.
   */
  reading(rolloutId: string): ShadowReading | null;
  /** Everything that is kept of a rollout's copies, in order. */
  entries(rolloutId: string): AsyncIterable<KeptShadowEntry>;
}
