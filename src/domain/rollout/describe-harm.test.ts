import { expect, test } from "vitest";
import { readingOf } from "../../../test/fixtures/rollout-samples.ts";
import type { Reading } from "../evidence/evidence.ts";
import { nameProof, provenBy } from "./describe-harm.ts";
import type { MetricName } from "./plan.ts";

/** A reading of three metrics with equal shares of the union, none of which crosses alone. */
function together(logE: Readonly<Partial<Record<MetricName, number>>>): Reading {
  const reading = readingOf({ harm: "cost" });
  const threshold = reading.union.threshold + Math.log(3);
  const metrics = reading.metrics.map((one) => ({
    ...one,
    harm: { ...one.harm, crossed: false, threshold, logE: logE[one.metric] ?? 0 },
  }));
  return { ...reading, metrics };
}

test("names as few metrics as prove harm together, that which is blamed first and then the strongest", () => {
  const near = together({ errors: 3.1, latency: 0.4, cost: 3.9 });
  expect(provenBy("cost", near)).toEqual(["cost", "errors"]);
  expect(nameProof("cost", near)).toBe("cost and errors together, cost most of all");
  const all = together({ errors: 2.5, latency: 2.9, cost: 3.4 });
  expect(nameProof("cost", all)).toBe("cost, latency and errors together, cost most of all");
});

test("does not name a metric that nothing was seen of, where its neutral share is what was missing", () => {
  // 58.5 / 3 alone is below 20; with two others at an e-value of 1 it is above.
  expect(provenBy("errors", together({ errors: Math.log(58.5) }))).toEqual(["errors"]);
  expect(provenBy("errors", together({ errors: Math.log(58.5), cost: 1, latency: -5 }))).toEqual(["errors", "cost"]);
});

test("names all where even they end a last bit below the threshold", () => {
  expect(provenBy("cost", together({ errors: 1, latency: 1, cost: 1 }))).toEqual(["cost", "errors", "latency"]);
});

test("names one metric where it proves harm alone, where nothing of the evidence is known, and of copies", () => {
  expect(nameProof("errors", readingOf({ harm: "errors" }))).toBe("errors");
  expect(nameProof("cost", null)).toBe("cost");
  expect(nameProof("shadow:structure", readingOf())).toBe("structure of the copies");
});
