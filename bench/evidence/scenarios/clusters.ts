import { EventRun } from "../event-run.ts";
import type { Random } from "../random.ts";
import { Outcome, rollbackRow } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

interface Clusters {
  readonly id: string;
  readonly weight: number;
  readonly badShare: number;
  readonly failureRate: number;
}

function clusterRun({ weight, badShare, failureRate }: Clusters, random: Random, outcome: Outcome): void {
  const bySession = new EventRun(weight);
  const byRequest = new EventRun(weight);
  for (let session = 0; session < 1_200; session += 1) {
    const arm = random.chance(weight) ? "candidate" : "stable";
    const turns = random.geometric(5);
    if (!random.chance(badShare)) continue;
    let failed = 0;
    for (let turn = 0; turn < turns; turn += 1) failed += random.chance(failureRate) ? 1 : 0;
    byRequest.add(arm, failed);
    bySession.add(arm, Math.min(1, failed));
  }
  if (bySession.hasCrossed) outcome.count("falseRollbackSessionUnit");
  if (byRequest.hasCrossed) outcome.count("falseRollbackRequestUnit");
}

const clusters = (setting: Clusters): Scenario => ({
  name: setting.id,
  fullRuns: 3_000,
  simulate: (random, runs) => {
    const outcome = new Outcome(setting.id, runs, [
      rollbackRow(`${setting.id}.session-unit`, true, "falseRollbackSessionUnit"),
      rollbackRow(`${setting.id}.request-unit`, false, "falseRollbackRequestUnit"),
    ]);
    for (let run = 0; run < runs; run += 1) clusterRun(setting, random, outcome);
    return [outcome];
  },
});

/** Scenario D: failures that come in clusters. */
export const CLUSTERS: readonly Scenario[] = [
  clusters({ id: "clustering.w0.05.badSessions0.02.errorRate0.5", weight: 0.05, badShare: 0.02, failureRate: 0.5 }),
  clusters({ id: "clustering.w0.05.badSessions0.01.errorRate1.0", weight: 0.05, badShare: 0.01, failureRate: 1 }),
  clusters({ id: "clustering.w0.5.badSessions0.01.errorRate1.0", weight: 0.5, badShare: 0.01, failureRate: 1 }),
];
