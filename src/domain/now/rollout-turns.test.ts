import { expect, test } from "vitest";
import { readingOf } from "../../../test/fixtures/rollout-samples.ts";
import type { RolloutEvent, RolloutFact } from "../rollout/rollout.ts";
import { NO_TURNS, provenWords, turnRollout } from "./rollout-turns.ts";

const eventOf = (fact: RolloutFact, index: number): RolloutEvent => ({
  rolloutId: "rol_1",
  seq: index + 1,
  at: index * 1_000,
  actor: { kind: "machine" },
  reason: "",
  fact,
  prevHash: "",
  hash: "",
});

const causeOf = (...facts: readonly RolloutFact[]): string | undefined =>
  facts.map(eventOf).reduce(turnRollout, NO_TURNS).withdrawal?.cause;

const CROSSED = { type: "HarmCrossed", metric: "cost", logR: 3.4, candidateSessions: 18, evidenceHash: "" } as const;
const BACK = { type: "RollbackStarted", cause: "harm", epoch: 4 } as const;

test("tells what harm was proven by: one metric, or several together by the evidence in front of it", () => {
  const alone = readingOf({ harm: "cost" });
  const metrics = alone.metrics.map((one) => ({ ...one, harm: { ...one.harm, crossed: false, logE: 2.5 } }));
  const snapshot = (reading: typeof alone): RolloutFact => ({ type: "EvidenceSnapshot", reading, evidenceHash: "" });
  expect(causeOf(snapshot(alone), CROSSED, BACK)).toBe("harm was proven by cost");
  expect(causeOf(snapshot({ ...alone, metrics }), CROSSED, BACK)).toBe(
    "harm was proven by cost and errors together, cost most of all",
  );
  expect(causeOf(CROSSED, BACK)).toBe("harm was proven by cost");
});

test("tells any other cause as it is", () => {
  expect(causeOf(CROSSED, { ...BACK, cause: "command" })).toBe("a person said so");
  expect(provenWords("harm", null, null)).toBe("harm was proven");
});
