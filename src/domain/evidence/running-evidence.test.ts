import * as fc from "fast-check";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { describe, expect, it } from "vitest";
import type { EvidencePlan } from "./running-evidence.ts";
import { Evidence, evidenceKey, hashReading, mergeEvidence } from "./running-evidence.ts";
import type { Reading, SessionOutcome } from "./evidence.ts";

const metric = { harmRatio: 1.25, noWorseRatio: 2, share: 0.25, required: true, capPico: null } as const;
const PLAN: EvidencePlan = {
  metrics: [
    { ...metric, metric: "errors", noWorseOrPoints: 0.01 },
    { ...metric, metric: "latency" },
    { ...metric, metric: "first-token", required: false },
    { ...metric, metric: "cost", capPico: 5e9 },
  ],
  alpha: 0.05,
  beta: 0.05,
};

const WEIGHTS = [0.01, 0.05, 0.25, 0.5];

/** Any outcome of a drawn session; the weight follows from the epoch, as in a rollout. */
const outcomes: fc.Arbitrary<SessionOutcome> = fc
  .record({
    arm: fc.constantFrom("stable" as const, "candidate" as const),
    epoch: fc.integer({ min: 0, max: 3 }),
    failure: fc.constantFrom(null, null, null, "provider" as const, "lost" as const),
    latencyMs: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    firstTokenMs: fc.option(fc.double({ min: 0, max: 1e4, noNaN: true })),
    costPico: fc.double({ min: 0, max: 1e10, noNaN: true }),
  })
  .map((outcome) => ({ ...outcome, weight: WEIGHTS[outcome.epoch] ?? 0.5 }));

const streams = fc.array(outcomes, { maxLength: 120 });

function evidenceOf(stream: readonly SessionOutcome[], plan: EvidencePlan = PLAN): Evidence {
  const evidence = new Evidence(plan);
  for (const outcome of stream) {
    evidence.assigned(outcome.arm, outcome.epoch, outcome.weight);
    evidence.add(outcome);
  }
  return evidence;
}

/** All numbers of a reading by path; `null` counts as none. */
function numbersOf(value: unknown, path = ""): [string, number][] {
  if (typeof value === "number") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => numbersOf(member, `${path}.${key}`));
}

/** Pairs that differ by more than rounding. */
function differences(one: Reading, other: Reading): readonly unknown[] {
  const known = new Map(numbersOf(other));
  const numbers = numbersOf(one);
  if (numbers.length !== known.size) return ["another shape"];
  return numbers.filter(([path, value]) => {
    const twin = known.get(path) ?? Number.NaN;
    return !(Math.abs(value - twin) <= 1e-12 * Math.max(1, Math.abs(value)));
  });
}

describe("merging evidence of replicas", () => {
  it("changes nothing when one of them has seen nothing (identity)", () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const expected = evidenceOf(stream).reading();
        expect(mergeEvidence(PLAN, [evidenceOf(stream)]).reading()).toEqual(expected);
        expect(mergeEvidence(PLAN, [new Evidence(PLAN), evidenceOf(stream), new Evidence(PLAN)]).reading()).toEqual(
          expected,
        );
      }),
    );
  });

  it("does not depend on their order (commutativity)", () => {
    fc.assert(
      fc.property(streams, streams, (one, other) => {
        const forwards = mergeEvidence(PLAN, [evidenceOf(one), evidenceOf(other)]).reading();
        const backwards = mergeEvidence(PLAN, [evidenceOf(other), evidenceOf(one)]).reading();
        expect(differences(forwards, backwards)).toEqual([]);
      }),
    );
  });

  it("does not depend on how they are grouped (associativity)", () => {
    fc.assert(
      fc.property(streams, streams, streams, (a, b, c) => {
        const [first, second, third] = [evidenceOf(a), evidenceOf(b), evidenceOf(c)];
        const left = mergeEvidence(PLAN, [mergeEvidence(PLAN, [first, second]), third]).reading();
        const right = mergeEvidence(PLAN, [first, mergeEvidence(PLAN, [second, third])]).reading();
        expect(differences(left, right)).toEqual([]);
      }),
    );
  });

  it.each([
    ["a ratio", {}],
    ["a difference", { noWorsePoints: 0.01 }],
    ["either of them", { noWorseOrPoints: 0.01 }],
  ])("counts errors exactly as one replica would have, by %s", (_, margin) => {
    const errorsOnly: EvidencePlan = { ...PLAN, metrics: [{ ...metric, metric: "errors", share: 1, ...margin }] };
    fc.assert(
      fc.property(streams, streams, (one, other) => {
        const merged = mergeEvidence(errorsOnly, [evidenceOf(one, errorsOnly), evidenceOf(other, errorsOnly)]);
        expect(merged.reading()).toEqual(evidenceOf([...one, ...other], errorsOnly).reading());
      }),
    );
  });

  it("refuses evidence under another plan", () => {
    const other: EvidencePlan = { ...PLAN, metrics: PLAN.metrics.slice(1) };
    expect(() => mergeEvidence(PLAN, [new Evidence(other)])).toThrow(TypeError);
  });
});

describe("Evidence", () => {
  it("gives identical bits when the same sessions are replayed", () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const looked = new Evidence(PLAN);
        for (const outcome of stream) {
          looked.assigned(outcome.arm, outcome.epoch, outcome.weight);
          looked.add(outcome);
          // Looking must not change what is seen later.
          looked.logUnion();
          looked.reading();
        }
        expect(hashReading(looked.reading())).toBe(hashReading(evidenceOf(stream).reading()));
      }),
    );
  });

  it("has only finite numbers in a reading, whatever comes", () => {
    const extremes = outcomes.map((outcome) => ({ ...outcome, costPico: outcome.costPico * 1e290, latencyMs: 1e308 }));
    fc.assert(
      fc.property(fc.array(fc.oneof(outcomes, extremes), { maxLength: 200 }), (stream) => {
        const infinite = numbersOf(evidenceOf(stream).reading()).filter(([, value]) => !Number.isFinite(value));
        expect(infinite).toEqual([]);
      }),
    );
  });

  it("does not depend on the order of sessions within an epoch where only counts matter", () => {
    const errorsOnly: EvidencePlan = { ...PLAN, metrics: [{ ...metric, metric: "errors", share: 1 }] };
    fc.assert(
      fc.property(streams, (stream) => {
        expect(evidenceOf(stream.toReversed(), errorsOnly).reading()).toEqual(evidenceOf(stream, errorsOnly).reading());
      }),
    );
  });

  it("ignores sessions that were not drawn by lot", () => {
    const session: SessionOutcome = {
      arm: "candidate",
      epoch: 1,
      weight: 1,
      failure: "provider",
      latencyMs: null,
      firstTokenMs: null,
      costPico: 0,
    };
    const evidence = evidenceOf([session, { ...session, weight: 0, arm: "stable" }]);
    expect(evidence.reading()).toEqual(new Evidence(PLAN).reading());
  });

  it("is the weighted average of its harm tests, and blames one only once it has crossed", () => {
    fc.assert(
      fc.property(streams, (stream) => {
        const { metrics, union } = evidenceOf(stream).reading();
        const average = metrics.reduce((sum, { harm }) => sum + 0.25 * Math.exp(harm.logE), 0);
        expect(union.logR).toBeCloseTo(Math.log(average), 9);
        expect(union.blame === null).toBe(!union.crossed);
      }),
    );
  });

  it("proves harm of a candidate that fails every other session, and blames errors", () => {
    const stream = Array.from({ length: 400 }, (_, index): SessionOutcome => {
      const arm = index % 4 === 0 ? "candidate" : "stable";
      const failure = index % 8 === 0 ? "provider" : null;
      return { arm, epoch: 1, weight: 0.25, failure, latencyMs: 100, firstTokenMs: null, costPico: 1e9 };
    });
    const evidence = evidenceOf(stream);
    const { union, metrics, certified } = evidence.reading();
    expect(evidence.logUnion()).toBeGreaterThan(evidence.threshold);
    expect(union).toMatchObject({ crossed: true, blame: "errors" });
    expect(metrics[0]).toMatchObject({ verdict: "harm", n: { candidate: 100, stable: 300 } });
    expect(certified).toBe(false);
  });

  it("notices when fewer sessions than planned reach the candidate", () => {
    const evidence = new Evidence(PLAN);
    for (let index = 0; index < 1_000; index += 1)
      evidence.assigned(index % 10 === 0 ? "candidate" : "stable", 1, 0.25);
    expect(evidence.reading().sampleRatio.crossed).toBe(true);
  });

  it("notices when the sessions that are not observed are not those of both arms alike", () => {
    const leftOut = (isCandidate: (index: number) => boolean) => {
      const evidence = new Evidence(PLAN);
      for (let index = 0; index < 400; index += 1) {
        evidence.assigned(index % 4 === 0 ? "candidate" : "stable", 1, 0.25);
        if (index % 2 === 0) evidence.leftOut(isCandidate(index) ? "candidate" : "stable", 1, 0.25);
      }
      return evidence.reading();
    };
    expect(leftOut((index) => index % 8 === 0)).toMatchObject({
      sampleRatio: { crossed: false },
      leftOut: { stable: 150, candidate: 50 },
    });
    expect(leftOut(() => true).sampleRatio.crossed).toBe(true);
    expect(leftOut(() => false).sampleRatio.crossed).toBe(true);
  });

  it("is, on average, at most 1 under the null, also with drift (8,000 simulated rollouts, fixed seed)", () => {
    const random = xoroshiro128plus(20_261_121);
    const uniform = (): number => uniformFloat64(random);
    const runs = 8_000;
    let sum = 0;
    let sumOfSquares = 0;
    for (let run = 0; run < runs; run += 1) {
      const evidence = new Evidence(PLAN);
      for (let session = 0; session < 60; session += 1) {
        // A third of the way in everything gets worse on both arms.
        const isBad = session >= 20 && session < 40;
        const arm = uniform() < 0.25 ? "candidate" : "stable";
        const failure = uniform() < (isBad ? 0.4 : 0.05) ? "provider" : null;
        const latencyMs = (isBad ? 3_000 : 1_000) * uniform();
        evidence.add({
          arm,
          epoch: 1,
          weight: 0.25,
          failure,
          latencyMs,
          firstTokenMs: null,
          costPico: latencyMs * 1e6,
        });
      }
      const value = Math.exp(evidence.logUnion());
      sum += value;
      sumOfSquares += value * value;
    }
    const mean = sum / runs;
    const standardError = Math.sqrt((sumOfSquares / runs - mean * mean) / runs);
    expect(mean - 3 * standardError).toBeLessThan(1);
    expect(mean).toBeGreaterThan(0.5);
  });
});

describe("evidenceKey", () => {
  const parts = {
    rolloutId: "rol_1",
    candidateDigest: "c",
    stableDigest: "s",
    planDigest: "p",
    metricDigest: "m",
    seedId: "1",
  };

  it("changes with every one of its parts", () => {
    const keys = Object.keys(parts).map((name) => evidenceKey({ ...parts, [name]: "other" }));
    expect(new Set([...keys, evidenceKey(parts)]).size).toBe(7);
    expect(evidenceKey(parts)).toMatch(/^[0-9a-f]{64}$/);
  });
});

it("tells the same of harm after every outcome, however often it is asked", () => {
  fc.assert(
    fc.property(streams, (stream) => {
      const evidence = new Evidence(PLAN);
      for (const outcome of stream) {
        evidence.logUnion();
        evidence.add(outcome);
        expect(evidence.logUnion()).toBe(evidence.reading().union.logR);
        expect(evidence.logUnion()).toBe(evidence.reading().union.logR);
      }
    }),
  );
});
