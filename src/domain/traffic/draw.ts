import { hmacUnit } from "../../kit/hash.ts";
import type { Split } from "./route.ts";

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
  return hmacUnit(split.seed, `${endpoint}\n${session}`) < split.weight ? "candidate" : "stable";
}
