import { EventRun } from "../event-run.ts";
import type { Random } from "../random.ts";
import { Outcome, rollbackRow } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

function fallbackRun(random: Random, outcome: Outcome): void {
  const intentionToTreat = new EventRun(0.05);
  const excluded = new EventRun(0.05);
  let candidates = 0;
  for (let session = 0; session < 20_000; session += 1) {
    const arm = random.chance(0.05) ? "candidate" : "stable";
    if (arm === "candidate" && !intentionToTreat.hasCrossed) candidates += 1;
    if (!random.chance(arm === "candidate" ? 0.1 : 0.01)) continue;
    intentionToTreat.add(arm);
    // Every failure of the candidate is repaired, so its session is mixed and left out.
    if (arm === "stable") excluded.add(arm);
  }
  if (intentionToTreat.hasCrossed) outcome.note("candidateSessions", candidates);
  if (intentionToTreat.hasCrossed) outcome.count("detectedIntentionToTreat");
  if (excluded.hasCrossed) outcome.count("detectedWithMixedSessionsExcluded");
}

/** Scenario K: a fallback repairs what the candidate breaks. */
export const FALLBACK: Scenario = {
  name: "fallback.itt",
  fullRuns: 200,
  simulate: (random, runs) => {
    const row = rollbackRow("fallback.itt.assigned-release", true, "detectedIntentionToTreat");
    const outcome = new Outcome("fallback.itt", runs, [
      { ...row, candidateSessions: "candidateSessions" },
      rollbackRow("fallback.itt.mixed-sessions-excluded", false, "detectedWithMixedSessionsExcluded"),
    ]);
    for (let run = 0; run < runs; run += 1) fallbackRun(random, outcome);
    return [outcome];
  },
};
