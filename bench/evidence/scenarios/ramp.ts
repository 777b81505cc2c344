import { harmEventTest } from "../../../src/domain/evidence/event-test.ts";
import { addMinute, isSignificant, NO_REQUESTS } from "../peers.ts";
import type { Random } from "../random.ts";
import { LOG_THRESHOLD, Outcome, rollbackRow } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

const RAMP_WEIGHTS = [0.01, 0.05, 0.25, 0.5];

function rampRun(random: Random, outcome: Outcome): void {
  const test = harmEventTest(1);
  const epochs = RAMP_WEIGHTS.map((weight) => ({ weight, candidate: 0, stable: 0 }));
  let total = NO_REQUESTS;
  const seen = new Set<string>();
  for (let minute = 0; minute < 60; minute += 1) {
    const epoch = epochs[Math.floor(minute / 15)];
    if (epoch === undefined) continue;
    const rate = 0.005 + (0.025 * minute) / 60;
    const candidateFailed = random.poisson(1_000 * epoch.weight * rate);
    const stableFailed = random.poisson(1_000 * (1 - epoch.weight) * rate);
    epoch.candidate += candidateFailed;
    epoch.stable += stableFailed;
    total = addMinute(total, {
      candidateFailed,
      stableFailed,
      candidate: candidateFailed + random.poisson(1_000 * epoch.weight * (1 - rate)),
      stable: stableFailed + random.poisson(1_000 * (1 - epoch.weight) * (1 - rate)),
    });
    if (test.logE(epochs) >= LOG_THRESHOLD) seen.add("harmEWithEpochWeights");
    const pooled = { weight: epoch.weight, candidate: total.candidateFailed, stable: total.stableFailed };
    if (test.logE([pooled]) >= LOG_THRESHOLD) seen.add("harmEWithCurrentWeightOnly");
    if (total.candidate >= 30 && isSignificant(total)) seen.add("pooledZPeek");
  }
  if (isSignificant(total)) seen.add("pooledZEnd");
  for (const rate of seen) outcome.count(rate);
}

/** Scenario E: a ramp while the base rate rises on both arms. */
export const RAMP: Scenario = {
  name: "ramp.drift",
  fullRuns: 4_000,
  simulate: (random, runs) => {
    const outcome = new Outcome("ramp.drift", runs, [
      rollbackRow("ramp.drift.epoch-weights", true, "harmEWithEpochWeights"),
      rollbackRow("ramp.drift.current-weight-only", false, "harmEWithCurrentWeightOnly"),
      rollbackRow("ramp.drift.pooled-z-end", false, "pooledZEnd"),
      rollbackRow("ramp.drift.pooled-z-peek", false, "pooledZPeek"),
    ]);
    for (let run = 0; run < runs; run += 1) rampRun(random, outcome);
    return [outcome];
  },
};
