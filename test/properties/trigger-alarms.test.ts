import { expect, test } from "vitest";
import { RecentOutcomes } from "../../src/domain/rollout/recent-outcomes.ts";
import type { TriggerPlan } from "../../src/domain/rollout/trigger-plan.ts";
import { randomFrom } from "../fixtures/random-cuts.ts";

const HOUR = 3_600_000;
/** 100 sessions a minute, of which the candidate gets a twentieth. */
const GAP_MS = 600;
const WEIGHT = 0.05;
const RUNS = 100;

const ABOVE: TriggerPlan = {
  measure: "errors",
  above: { type: "value", value: 0.05 },
  withinMs: 600_000,
  leastSessions: 50,
  action: "rollback",
};

/** Whether the trigger fires within an hour, looked at after every session of the candidate; stable fails in 1 % of its. */
function fires(trigger: TriggerPlan, candidate: number, random: () => number): boolean {
  const recent = new RecentOutcomes();
  for (let at = 0; at < HOUR; at += GAP_MS) {
    const arm = random() < WEIGHT ? "candidate" : "stable";
    const failure = random() < (arm === "candidate" ? candidate : 0.01) ? "bad_answer" : null;
    recent.add(at, { arm, epoch: 1, weight: WEIGHT, failure, latencyMs: 1_000, firstTokenMs: null, costPico: 1 });
    if (arm === "candidate" && recent.firing([trigger], at) !== null) return true;
  }
  return false;
}

function share(trigger: TriggerPlan, candidate: number): number {
  let fired = 0;
  for (let run = 0; run < RUNS; run += 1) fired += fires(trigger, candidate, randomFrom(13 + run * 7_919)) ? 1 : 0;
  return fired / RUNS;
}

test("a classic trigger stops good releases about as often as docs/gates.md says", () => {
  const harmless = share(ABOVE, 0.01);
  expect(harmless).toBeGreaterThan(0.08);
  expect(harmless).toBeLessThan(0.28);
  expect(share({ ...ABOVE, above: { type: "times", times: 2 } }, 0.01)).toBeGreaterThan(0.65);
});

test("and finds what it finds", () => {
  expect(share(ABOVE, 0.03)).toBeGreaterThan(0.7);
  expect(share(ABOVE, 0.1)).toBe(1);
});
