import { expect, test } from "vitest";
import type { DelayedMetric } from "./delayed-metrics.ts";
import { DelayedBook } from "./delayed-book.ts";

const metricOf = (name: DelayedMetric["name"]): DelayedMetric => ({ name, withinMs: 1_000, isMember: () => true });

test("a session that is not observed contributes to no metric, and nobody waits behind it", () => {
  const book = new DelayedBook([metricOf("thumbs"), metricOf("problems")]);
  for (const session of ["left out", "kept"]) {
    book.add({ rolloutId: "rol_1", session, arm: "candidate", epoch: 1, weight: 0.5 }, 0);
  }
  book.leftOut("left out");
  book.leftOut("never known");
  const settled = [...book.settle({ now: 1_000, graceMs: 0 })].map(({ metric, session }) => [metric, session]);
  expect(settled).toEqual([
    ["thumbs", "kept"],
    ["problems", "kept"],
  ]);
});
