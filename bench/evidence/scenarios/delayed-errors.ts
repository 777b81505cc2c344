import { EventRun } from "../event-run.ts";
import type { Random } from "../random.ts";
import { Outcome, rollbackRow } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

const MINUTES = 60;
const WEIGHT = 0.05;
const RATE = 0.01;

interface Failure {
  readonly arm: "candidate" | "stable";
  readonly assignedAt: number;
  readonly visibleAt: number;
}

function delayRun(requestsPerMinute: number, lateMinutes: number, random: Random): readonly Failure[] {
  const failures: Failure[] = [];
  for (const arm of ["candidate", "stable"] as const) {
    const share = arm === "candidate" ? WEIGHT : 1 - WEIGHT;
    for (let left = random.poisson(requestsPerMinute * MINUTES * share * RATE); left > 0; left -= 1) {
      const assignedAt = MINUTES * random.uniform();
      failures.push({ arm, assignedAt, visibleAt: assignedAt + (arm === "stable" ? lateMinutes : 0) });
    }
  }
  return failures;
}

function crosses(failures: readonly Failure[]): boolean {
  const test = new EventRun(WEIGHT);
  for (const { arm } of failures) test.add(arm);
  return test.hasCrossed;
}

function delayed(requestsPerMinute: number, lateMinutes: number): Scenario {
  const id = `errors.delay.R${requestsPerMinute}.late${lateMinutes}`;
  return {
    name: id,
    fullRuns: 1_000,
    simulate: (random, runs) => {
      const outcome = new Outcome(id, runs, [
        rollbackRow(`${id}.assignment-order`, true, "assignmentOrder"),
        rollbackRow(`${id}.arrival-order`, false, "arrivalOrder"),
      ]);
      for (let run = 0; run < runs; run += 1) {
        const failures = delayRun(requestsPerMinute, lateMinutes, random);
        const visible = failures.filter(({ visibleAt }) => visibleAt <= MINUTES);
        if (crosses(failures.toSorted((a, b) => a.assignedAt - b.assignedAt))) outcome.count("assignmentOrder");
        if (crosses(visible.toSorted((a, b) => a.visibleAt - b.visibleAt))) outcome.count("arrivalOrder");
      }
      return [outcome];
    },
  };
}

/** Scenario J, errors: failures of the stable arm show later. */
export const DELAYED_ERRORS: readonly Scenario[] = [delayed(100, 10), delayed(100, 60), delayed(1_000, 10)];
