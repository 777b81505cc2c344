import { describe, expect, it } from "vitest";
import type { EvidencePlan } from "./running-evidence.ts";
import { Evidence } from "./running-evidence.ts";
import { estimateEta } from "./eta.ts";
import type { MetricReading, Reading, SessionOutcome } from "./evidence.ts";

const errors = {
  metric: "errors",
  harmRatio: 1.25,
  noWorseRatio: 2,
  share: 0.5,
  required: true,
  capPico: null,
} as const;
const latency = {
  metric: "latency",
  harmRatio: 1.1,
  noWorseRatio: 1.25,
  share: 0.5,
  required: true,
  capPico: null,
} as const;
const plan: EvidencePlan = { metrics: [errors, latency], alpha: 0.05, beta: 0.05 };
const onlyErrors: EvidencePlan = { ...plan, metrics: [{ ...errors, share: 1 }] };
const traffic = { weight: 0.25, sessionsPerSecond: 10 };

/** A reading with some fields of its metrics replaced. */
const withMetrics = (of: EvidencePlan, changes: Partial<Record<string, Partial<MetricReading>>>): Reading => {
  const reading = new Evidence(of).reading();
  return { ...reading, metrics: reading.metrics.map((metric) => ({ ...metric, ...changes[metric.metric] })) };
};

const noWorse = (logE: number, crossed = false) => ({ logE, threshold: Math.log(20), crossed, margin: 2 });

describe("estimateEta", () => {
  it("starts with the planner's figure at one per cent when nothing has been seen", () => {
    const eta = estimateEta(new Evidence(onlyErrors).reading(), onlyErrors, traffic);
    expect(eta?.sessions).toBe(6_009);
    expect(eta?.ms).toBe(600_900);
  });

  it("shrinks as evidence grows", () => {
    const n = { stable: 1_500, candidate: 500 };
    const value = { stable: 0.01, candidate: 0.01 };
    const sessionsAt = (logE: number): number =>
      estimateEta(withMetrics(onlyErrors, { errors: { n, value, noWorse: noWorse(logE) } }), onlyErrors, traffic)
        ?.sessions ?? Number.NaN;
    expect(sessionsAt(0)).toBe(6_009);
    expect(sessionsAt(2)).toBeLessThan(sessionsAt(1));
  });

  it("is longer when sessions hardly ever fail, because only failures tell", () => {
    const n = { stable: 7_500, candidate: 2_500 };
    const reading = withMetrics(onlyErrors, { errors: { n, value: { stable: 0, candidate: 0 } } });
    expect(estimateEta(reading, onlyErrors, traffic)?.sessions).toBeGreaterThan(100_000);
  });

  it("follows the growth of the slowest metric that is not yet certified", () => {
    const metrics = {
      errors: { noWorse: noWorse(4, true) },
      latency: { n: { stable: 750, candidate: 250 }, noWorse: noWorse(1) },
    };
    const eta = estimateEta(withMetrics(plan, metrics), plan, traffic);
    // One nat in 1,000 sessions at this weight; two more to go.
    expect(eta?.sessions).toBe(Math.ceil((Math.log(20) - 1) * 1_000));
  });

  it("says nothing when the evidence of a metric does not grow, or when there is no draw or no traffic", () => {
    const stuck = withMetrics(plan, { latency: { n: { stable: 750, candidate: 250 }, noWorse: noWorse(-0.5) } });
    expect(estimateEta(stuck, plan, traffic)).toBeNull();
    const reading = new Evidence(onlyErrors).reading();
    expect(estimateEta(reading, onlyErrors, { ...traffic, weight: 1 })).toBeNull();
    expect(estimateEta(reading, onlyErrors, { ...traffic, sessionsPerSecond: 0 })).toBeNull();
  });

  it("says nothing when the candidate is known to be beyond the margin", () => {
    const metric = { n: { stable: 7_500, candidate: 2_500 }, value: { stable: 0.02, candidate: 0.05 } };
    const effect = { ratio: 2.5, low: 1.6, high: 3.9 };
    expect(estimateEta(withMetrics(onlyErrors, { errors: { ...metric, effect } }), onlyErrors, traffic)).toBeNull();
  });

  it("says nothing once everything is certified", () => {
    const evidence = new Evidence(onlyErrors);
    for (let index = 0; index < 60; index += 1) evidence.add(outcomeOf("stable", "provider"));
    expect(evidence.reading().certified).toBe(true);
    expect(estimateEta(evidence.reading(), onlyErrors, traffic)).toBeNull();
  });
});

const outcomeOf = (arm: SessionOutcome["arm"], failure: SessionOutcome["failure"]): SessionOutcome => ({
  arm,
  epoch: 1,
  weight: 0.25,
  failure,
  latencyMs: 100,
  firstTokenMs: null,
  costPico: 1,
});
