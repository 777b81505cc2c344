import type { Sight, Sighting } from "./sighting.ts";
import type { SightedSignalName } from "./signal.ts";

/**
 * What all servers together saw: of each the last sighting, and of a subject that several saw the highest value. A signal
 * that none of them looked for is missing.
 */
export function mergeSights(sightings: readonly Sighting[]): ReadonlyMap<SightedSignalName, readonly Sight[]> {
  const last = new Map(sightings.map((each) => [each.replicaId, each]));
  const merged = new Map<SightedSignalName, Map<string, Sight>>();
  for (const { looked, sights } of last.values()) {
    for (const signal of looked) if (!merged.has(signal)) merged.set(signal, new Map());
    for (const sight of sights) {
      const known = merged.get(sight.signal);
      const key = JSON.stringify(Object.entries(sight.subject).toSorted(([one], [other]) => (one < other ? -1 : 1)));
      if (known !== undefined && (known.get(key)?.value ?? -Infinity) < sight.value) known.set(key, sight);
    }
  }
  return new Map([...merged].map(([signal, sights]) => [signal, [...sights.values()]]));
}
