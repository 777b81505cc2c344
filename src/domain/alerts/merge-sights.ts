import type { Sight, Sighting } from "./sighting.ts";
import type { SightedSignalName } from "./signal.ts";

/** What a server saw holds for so long, ms. */
export const SIGHT_MS = 45_000;
/** How long what a server saw that is gone is no proof that it is over, ms. */
export const GONE_MS = 2 * 60_000;

/**
 * Known to the process alone that saw it: who starts anew sees nothing of it until it has asked the model, or written,
 * itself. All others are read from what servers share.
 */
const OWN_MEMORY: ReadonlySet<SightedSignalName> = new Set(["provider-trouble", "telemetry-trouble"]);

/** What servers saw last that have left nothing since this time, epoch ms, of what others do not know by themselves. */
export function goneSights(sightings: readonly Sighting[], since: number): readonly Sight[] {
  const last = new Map(sightings.map((each) => [each.replicaId, each]));
  return [...last.values()]
    .filter(({ at }) => at <= since)
    .flatMap(({ sights }) => sights.filter(({ signal }) => OWN_MEMORY.has(signal)));
}

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
