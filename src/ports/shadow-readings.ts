import type { ShadowReading } from "../domain/evidence/shadow-reading.ts";

/** What the copies of shadow stages show. Never waits. */
export interface ShadowReadings {
  /**
   * On all replicas as far as this one has heard of them; `null` for a rollout of which no copy is known. Proven harm
   * stays proven.
   */
  reading(rolloutId: string): ShadowReading | null;
}
