import { harmEventTest } from "../../../src/domain/evidence/event-test.ts";
import { Union } from "../../../src/domain/evidence/union.ts";
import type { Random } from "../random.ts";
import { ALPHA, LOG_THRESHOLD, Outcome, rollbackRow } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

const NESTED_RATES = [0.01, 0.02, 0.05, 0.1];

function nestedRun(random: Random, outcome: Outcome): void {
  const test = harmEventTest(1);
  const counts = NESTED_RATES.map((rate) => ({ rate, weight: 0.05, candidate: 0, stable: 0 }));
  const logs = NESTED_RATES.map(() => 0);
  const union = new Union(NESTED_RATES.map(() => 1 / NESTED_RATES.length));
  const seen = new Set<string>();
  for (let session = 0; session < 2_000; session += 1) {
    const arm = random.chance(0.05) ? "candidate" : "stable";
    const u = random.uniform();
    for (const [index, events] of counts.entries()) {
      if (u >= events.rate) continue;
      events[arm] += 1;
      logs[index] = test.logE([events]);
    }
    const largest = Math.max(...logs);
    if (largest >= LOG_THRESHOLD) seen.add("uncorrected");
    if (largest >= Math.log(NESTED_RATES.length / ALPHA)) seen.add("bonferroni");
    if (union.logR((index) => logs[index] ?? 0) >= LOG_THRESHOLD) seen.add("averageOfE");
  }
  for (const rate of seen) outcome.count(rate);
}

/** Scenario I: four nested metrics. */
export const MANY_METRICS: Scenario = {
  name: "many-metrics.four-nested",
  fullRuns: 1_500,
  simulate: (random, runs) => {
    const outcome = new Outcome("many-metrics.four-nested", runs, [
      rollbackRow("many-metrics.four-nested.average", true, "averageOfE"),
      rollbackRow("many-metrics.four-nested.bonferroni", false, "bonferroni"),
      rollbackRow("many-metrics.four-nested.uncorrected", false, "uncorrected"),
    ]);
    for (let run = 0; run < runs; run += 1) nestedRun(random, outcome);
    return [outcome];
  },
};
