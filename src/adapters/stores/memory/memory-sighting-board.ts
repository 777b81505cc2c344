import type { Sighting } from "../../../domain/alerts/sighting.ts";
import type { SightingBoard } from "../../../ports/sighting-board.ts";

/** Sightings in memory; of more than `most` the oldest are forgotten. */
export function createMemorySightingBoard(most: number): SightingBoard {
  const kept = new Map<string, Sighting>();
  return {
    async leave(sightings) {
      for (const sighting of sightings) {
        const { environment, replicaId, at } = sighting;
        const key = JSON.stringify([environment, replicaId, at]);
        if (!kept.has(key)) kept.set(key, sighting);
        const [oldest] = kept.keys();
        if (kept.size > most && oldest !== undefined) kept.delete(oldest);
      }
    },
    between: async (environment, since, until) =>
      [...kept.values()]
        .filter((one) => one.environment === environment && one.at > since && one.at <= until)
        .toSorted((one, other) => one.at - other.at),
    async expire(before) {
      for (const [key, { at }] of kept) if (at < before) kept.delete(key);
    },
  };
}
