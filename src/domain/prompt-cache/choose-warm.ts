import { sha256Hex } from "../../kit/hash.ts";

/** A place that may be asked. */
export interface WarmPlace {
  /** Not shared with another place. */
  readonly name: string;
  /** Above 0. */
  readonly weight: number;
  /** Calls under way. */
  readonly inFlight: number;
}

/** No place gets more than this times the calls that its weight stands for. */
const MOST_LOAD = 1.25;
/** So few calls overload nobody: moving one of them would only find a cold cache. */
const LEAST_ROOM = 4;

/**
 * The index of the place where calls with this beginning are answered from a warm cache, or -1 when there is none:
 * the one that scores highest for it among those that have room. Rendezvous hashing by weight (Thaler and Ravishankar
 * 1998; scores −w / ln u): when a place comes or goes, only the beginnings that it wins or had move. Bounded load
 * (Mirrokni, Thorup and Zadimoghaddam 2018): with m calls under way and one more, a place of weight w of W has room
 * for ⌈1.25 · (m + 1) · w / W⌉, and for four in any case.
 */
export function chooseWarm(places: readonly WarmPlace[], beginning: string): number {
  let best = -1;
  let bestScore = Number.NEGATIVE_INFINITY;
  const [total, underWay] = sumsOf(places);
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index];
    if (place === undefined || place.inFlight >= roomOf(place.weight, total, underWay)) continue;
    const score = scoreOf(place, beginning);
    if (score <= bestScore) continue;
    best = index;
    bestScore = score;
  }
  return best;
}

/** Calls that a place of a weight may have under way once there is one more. */
export const roomOf = (weight: number, totalWeight: number, underWay: number): number =>
  Math.max(LEAST_ROOM, Math.ceil((MOST_LOAD * (underWay + 1) * weight) / totalWeight));

function sumsOf(places: readonly WarmPlace[]): readonly [weight: number, inFlight: number] {
  let weights = 0;
  let calls = 0;
  for (const { weight, inFlight } of places) {
    weights += weight;
    calls += inFlight;
  }
  return [weights, calls];
}

/** 52 bits of the hash as a number in (0, 1). */
function scoreOf({ name, weight }: WarmPlace, beginning: string): number {
  const drawn = Number.parseInt(sha256Hex(`${beginning}\n${name}`).slice(0, 13), 16);
  return -weight / Math.log((drawn + 0.5) / 2 ** 52);
}
