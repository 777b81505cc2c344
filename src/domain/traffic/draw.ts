import { hmacUnit } from "../../kit/hash.ts";
import type { Holdback, Split } from "./route.ts";

/**
 * Draws a session's arm: HMAC-SHA256 with the rollout's seed, as a number in [0, 1), is below the weight.
 * The intervals are nested: a session that is the candidate's at one weight is so at every higher one.
 */
export function drawArm(
  split: Pick<Split, "seed" | "weight">,
  endpoint: string,
  session: string,
): "stable" | "candidate" {
  if (split.weight <= 0) return "stable";
  return placeOf(split.seed, endpoint, session) < split.weight ? "candidate" : "stable";
}

/** Where a session stands in [0, 1) by the seed of a rollout: the same for as long as the rollout lives. */
const placeOf = (seed: string, endpoint: string, session: string): number => hmacUnit(seed, `${endpoint}\n${session}`);

/**
 * Draws a new session's lot while a promotion bakes. Who is held back stands at the upper end, where the control of the
 * ladder stood, and who is compared with those just below.
 */
export function drawBake(
  { seed, held, watched }: Pick<Holdback, "seed" | "held" | "watched">,
  endpoint: string,
  session: string,
): "held" | "watched" | "rest" {
  const place = placeOf(seed, endpoint, session);
  if (place >= 1 - held) return "held";
  return place >= 1 - held - watched ? "watched" : "rest";
}
