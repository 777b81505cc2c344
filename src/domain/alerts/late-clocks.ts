import { SIGHT_MS } from "./merge-sights.ts";
import type { Sighting } from "./sighting.ts";

/** The newest sighting of a server, and when it was seen by the clock of whoever looks, epoch ms. */
interface Newest {
  readonly at: number;
  readonly seenAt: number;
}

/**
 * Tells servers whose clocks are behind from servers that are gone: both have left nothing lately by the clock of whoever looks, but of the
 * former there is something new at every look.
 */
export class LateClocks {
  readonly #newest = new Map<string, Newest>();

  /** Sightings that were read at a time, epoch ms, with those of a server that is behind at the times at which they were seen. */
  corrected(sightings: readonly Sighting[], at: number): readonly Sighting[] {
    const all = Map.groupBy(sightings, ({ replicaId }) => replicaId);
    for (const replicaId of this.#newest.keys()) if (!all.has(replicaId)) this.#newest.delete(replicaId);
    return [...all].flatMap(([replicaId, own]) => {
      const newest = this.#note(replicaId, Math.max(...own.map((each) => each.at)), at);
      const behindMs = newest.seenAt - newest.at;
      return behindMs === 0 ? own : own.map((each) => ({ ...each, at: each.at + behindMs }));
    });
  }

  #note(replicaId: string, newest: number, at: number): Newest {
    const known = this.#newest.get(replicaId);
    if (known?.at === newest) return known;
    // The first look cannot tell: what it finds may be the last that a server has left.
    const isBehind = newest <= at - SIGHT_MS && known !== undefined && newest > known.at;
    const noted = { at: newest, seenAt: isBehind ? at : newest };
    this.#newest.set(replicaId, noted);
    return noted;
  }
}
