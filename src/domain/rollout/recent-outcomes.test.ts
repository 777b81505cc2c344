import { expect, test } from "vitest";
import type { SessionOutcome } from "../evidence/evidence.ts";
import { RecentOutcomes } from "./recent-outcomes.ts";

function after(...runs: readonly [sessions: number, failure: SessionOutcome["failure"]][]): RecentOutcomes {
  const recent = new RecentOutcomes();
  let at = 0;
  for (const [sessions, failure] of runs) {
    for (let session = 0; session < sessions; session += 1) {
      const rest = { epoch: 1, weight: 0.5, failure, latencyMs: 1, firstTokenMs: null, costPico: 0 } as const;
      recent.add((at += 1), { arm: "stable", ...rest });
      recent.add(at, { arm: "candidate", ...rest, failure: null });
    }
  }
  return recent;
}

const isFailing = (recent: RecentOutcomes): boolean => recent.isStableFailing(1e9);

test("stable fails when half of its last sessions failed, whatever the cause", () => {
  expect(isFailing(after())).toBe(false);
  expect(isFailing(after([51, null], [50, "refused"]))).toBe(true);
  expect(isFailing(after([51, null], [49, "timeout"]))).toBe(false);
});

test("what was long ago is forgotten: an outage of thousands needs a hundred good ones", () => {
  expect(isFailing(after([4_000, "provider"], [40, null]))).toBe(true);
  expect(isFailing(after([4_000, "provider"], [60, null]))).toBe(false);
});
