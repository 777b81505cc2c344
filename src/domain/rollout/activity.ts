import type { Activity, Rollout } from "./rollout.ts";

/** What a rollout is doing as its holds and acknowledgements have it; a question asked of a person stays asked. */
export function activityOf(rollout: Rollout): Activity | null {
  if (rollout.phase !== "ramping" && rollout.phase !== "shadowing") return null;
  if (rollout.holds.length > 0) return "held";
  if (!rollout.acked) return "settling";
  return rollout.activity === "awaiting_approval" ? "awaiting_approval" : "observing";
}

/** The rollout with its activity brought in line. */
export const withActivity = (rollout: Rollout): Rollout => ({ ...rollout, activity: activityOf(rollout) });
