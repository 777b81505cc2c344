import type { Sight } from "../../domain/alerts/sighting.ts";

/** What is sighted at a moment, epoch milliseconds. */
export type Look = (at: number) => Promise<readonly Sight[]>;

/** A look that is dear is made once in `everyMs`; what it saw holds until the next one. One that throws is made again when it is asked for. */
export function seldom(everyMs: number, look: Look): Look {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let seen: readonly Sight[] = [];
  return async (at) => {
    if (at >= lookedAt && at - lookedAt < everyMs) return seen;
    seen = await look(at);
    lookedAt = at;
    return seen;
  };
}
