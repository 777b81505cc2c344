import { describe, expect, it, test } from "vitest";
import type { MetricName, MetricPlan } from "../../rollout/plan.ts";
import type { SessionOutcome } from "../evidence.ts";
import { METRICS } from "./index.ts";
import type { Tally } from "./metric.ts";

const planOf = (metric: MetricName, capPico: number | null = null): MetricPlan => ({
  metric,
  harmRatio: 1.25,
  noWorseRatio: 1.5,
  share: 1,
  required: true,
  capPico,
});

const outcome = (arm: SessionOutcome["arm"], change: Partial<SessionOutcome> = {}): SessionOutcome => ({
  arm,
  epoch: 1,
  weight: 0.5,
  failure: null,
  latencyMs: 100,
  firstTokenMs: 10,
  costPico: 1e9,
  tokensPerSecond: 50,
  ...change,
});

/** Blocks of four at an even split: candidate and stable in turn. */
function fill(
  tally: Tally,
  blocks: number,
  changes: Partial<Record<SessionOutcome["arm"], Partial<SessionOutcome>>>,
): Tally {
  for (let index = 0; index < blocks * 4; index += 1) {
    const arm = index % 2 === 0 ? "candidate" : "stable";
    tally.add(outcome(arm, changes[arm]));
  }
  return tally;
}

/** Tails need a past before they say anything: they have tests of their own. */
const names = (Object.keys(METRICS) as (keyof typeof METRICS)[]).filter((name) => !name.endsWith("-tail"));

describe.each(names)("the metric %s", (name) => {
  const worse: Partial<SessionOutcome> = {
    failure: "provider",
    latencyMs: 300,
    firstTokenMs: 30,
    costPico: 3e9,
    refused: true,
    invalid: true,
    toolFailed: true,
    abandoned: true,
    tokensPerSecond: 20,
  };

  it("is filed under its own name", () => {
    expect(METRICS[name].name).toBe(name);
  });

  it("says nothing without sessions", () => {
    const tally = METRICS[name].create(planOf(name));
    expect([tally.logHarm(), tally.logNoWorse()]).toEqual([0, 0]);
    expect(tally.display(0.05)).toEqual({
      n: { stable: 0, candidate: 0 },
      value: { stable: null, candidate: null },
      effect: null,
    });
  });

  it("grows evidence of harm for a candidate that is worse, and against no worse", () => {
    const tally = fill(METRICS[name].create(planOf(name)), 60, { candidate: worse });
    expect(tally.logHarm()).toBeGreaterThan(Math.log(20));
    expect(tally.logNoWorse()).toBeLessThan(0);
    expect(tally.display(0.05).n).toEqual({ stable: 120, candidate: 120 });
  });

  it("grows evidence of no worse for a candidate that is better, and against harm", () => {
    const tally = fill(METRICS[name].create(planOf(name)), 60, { stable: worse });
    expect(tally.logNoWorse()).toBeGreaterThan(Math.log(20));
    expect(tally.logHarm()).toBeLessThan(0);
  });

  it("adds up only with its own kind", () => {
    const other = METRICS[name === "errors" ? "cost" : "errors"];
    expect(() => METRICS[name].create(planOf(name)).absorb(other.create(planOf(other.name)))).toThrow(TypeError);
  });
});

test("a session that failed before it was answered is no refusal and no invalid answer", () => {
  for (const name of ["refusals", "invalid-output"] as const) {
    const tally = fill(METRICS[name].create(planOf(name)), 60, { candidate: { failure: "provider" } });
    expect(tally.display(0.05).value).toEqual({ stable: 0, candidate: 0 });
    expect(tally.logHarm()).toBe(0);
  }
});

test("a refusal is no invalid answer, and an invalid answer no refusal", () => {
  const refused = fill(METRICS["invalid-output"].create(planOf("invalid-output")), 60, {
    candidate: { refused: true },
  });
  const invalid = fill(METRICS.refusals.create(planOf("refusals")), 60, { candidate: { invalid: true } });
  expect([refused.logHarm(), invalid.logHarm()]).toEqual([0, 0]);
});

describe.each(["latency", "first-token", "tokens-per-second", "cost"] as const)("the metric %s", (name) => {
  it("holds each test against its own ratio: between the two a candidate is harmful and yet no worse", () => {
    const between: Partial<SessionOutcome> = {
      latencyMs: 140,
      firstTokenMs: 14,
      tokensPerSecond: 36,
      costPico: 1.4e9,
    };
    const tally = fill(METRICS[name].create(planOf(name)), 60, { candidate: between });
    expect(tally.logHarm()).toBeGreaterThan(Math.log(20));
    expect(tally.logNoWorse()).toBeGreaterThan(Math.log(20));
  });
});

describe("errors", () => {
  it("shows the share of failed sessions and their ratio", () => {
    const tally = METRICS.errors.create(planOf("errors"));
    fill(tally, 100, {});
    fill(tally, 10, { candidate: { failure: "timeout" } });
    fill(tally, 5, { stable: { failure: "lost" } });
    const { value, effect } = tally.display(0.05);
    expect(value).toEqual({ stable: 10 / 230, candidate: 20 / 230 });
    expect(effect?.ratio).toBeCloseTo(2, 12);
    expect(effect?.low).toBeNull();
  });

  it("shows an interval from about fifty failures per arm on", () => {
    const tally = fill(METRICS.errors.create(planOf("errors")), 500, {});
    fill(tally, 60, { candidate: { failure: "timeout" } });
    fill(tally, 60, { stable: { failure: "timeout" } });
    const { effect } = tally.display(0.05);
    expect(effect?.ratio).toBeCloseTo(1, 12);
    expect(effect?.low).toBeGreaterThan(0.5);
    expect(effect?.high).toBeLessThan(2);
  });
});

describe.each(["latency", "first-token"] as const)("%s", (name) => {
  it("counts a failed session as infinitely slow, whatever time it has", () => {
    const quickFailure: Partial<SessionOutcome> = { failure: "provider", latencyMs: 1, firstTokenMs: 1 };
    const tally = fill(METRICS[name].create(planOf(name)), 40, { candidate: quickFailure });
    expect(tally.logHarm()).toBeGreaterThan(Math.log(20));
    expect(tally.display(0.05).value.candidate).toBeNull();
  });

  it("leaves out a session that did not fail and has no time, on both arms", () => {
    const silent: Partial<SessionOutcome> = { latencyMs: null, firstTokenMs: null };
    const tally = fill(METRICS[name].create(planOf(name)), 10, { candidate: silent, stable: silent });
    expect(tally.display(0.05).n).toEqual({ stable: 0, candidate: 0 });
    expect(tally.logHarm()).toBe(0);
  });

  it("shows medians within 1 % and the ratio of the times", () => {
    const tally = fill(METRICS[name].create(planOf(name)), 40, { candidate: { latencyMs: 200, firstTokenMs: 20 } });
    const { value, effect } = tally.display(0.05);
    expect((value.candidate ?? 0) / (value.stable ?? 1)).toBeCloseTo(2, 1);
    expect(effect?.ratio).toBeCloseTo(2, 9);
  });
});

describe("cost", () => {
  it("tests the mean in both directions with a cap, too", () => {
    const dear = fill(METRICS.cost.create(planOf("cost", 5e9)), 60, { candidate: { costPico: 3e9 } });
    expect(dear.logHarm()).toBeGreaterThan(Math.log(20));
    expect(dear.logNoWorse()).toBeLessThan(0);
    const cheap = fill(METRICS.cost.create(planOf("cost", 5e9)), 60, { stable: { costPico: 3e9 } });
    expect(cheap.logNoWorse()).toBeGreaterThan(Math.log(20));
    expect(cheap.logHarm()).toBeLessThan(0);
  });

  it("shows the mean in dollars", () => {
    const tally = fill(METRICS.cost.create(planOf("cost")), 10, { candidate: { costPico: 2.5e9 } });
    expect(tally.display(0.05).value).toEqual({
      stable: expect.closeTo(0.001, 12) as number,
      candidate: expect.closeTo(0.0025, 12) as number,
    });
  });

  it("sees a rare very dear session with a cap, and is blind to it without", () => {
    const bill = (capPico: number | null): Tally => {
      const tally = METRICS.cost.create(planOf("cost", capPico));
      // One block in eight has a candidate session that costs a hundred times as much.
      for (let index = 0; index < 100; index += 1) {
        fill(tally, 7, {});
        tally.add(outcome("candidate", { costPico: 1e11 }));
        for (const arm of ["stable", "candidate", "stable"] as const) tally.add(outcome(arm));
      }
      return tally;
    };
    expect(bill(1e11).logHarm()).toBeGreaterThan(Math.log(20));
    expect(bill(null).logHarm()).toBeLessThan(0);
  });
});

describe("errors by cause", () => {
  const failing = (failure: SessionOutcome["failure"]): Partial<SessionOutcome> => ({ failure });

  test("are shown for each arm, whether they count or not", () => {
    const tally = fill(METRICS.errors.create({ ...planOf("errors"), causes: ["bad_answer"] }), 10, {
      candidate: failing("provider"),
    });
    expect(tally.display(0.05)).toMatchObject({
      value: { stable: 0, candidate: 0 },
      causes: { provider: { stable: 0, candidate: 20 } },
    });
    expect(tally.logHarm()).toBe(0);
  });

  test("count where the plan names them, and add up over replicas", () => {
    const create = (): Tally => METRICS.errors.create({ ...planOf("errors"), causes: ["bad_answer", "cut"] });
    const tally = fill(create(), 40, { candidate: failing("cut") });
    tally.absorb(fill(create(), 5, { stable: failing("provider"), candidate: failing("cut") }));
    expect(tally.logHarm()).toBeGreaterThan(Math.log(20));
    expect(tally.display(0.05).causes).toEqual({
      cut: { stable: 0, candidate: 90 },
      provider: { stable: 10, candidate: 0 },
    });
  });
});

describe("cost without caches", () => {
  test("compares what sessions would have cost, and shows what they did", () => {
    const tally = fill(METRICS.cost.create(planOf("cost")), 60, {
      stable: { costPico: 0.4e9, neutralPico: 1e9 },
      candidate: { costPico: 1e9 },
    });
    expect(tally.logNoWorse()).toBeGreaterThan(Math.log(20));
    expect(tally.logHarm()).toBeLessThan(0);
    const { value, real } = tally.display(0.05);
    expect(value.stable).toBeCloseTo(0.001, 12);
    expect(real?.stable).toBeCloseTo(0.0004, 12);
    expect(real?.candidate).toBeCloseTo(0.001, 12);
  });

  test("shows no real cost beside it where no cache saved anything", () => {
    expect(fill(METRICS.cost.create(planOf("cost")), 5, {}).display(0.05)).not.toHaveProperty("real");
  });
});

test("an absolute margin in the plan takes the place of the ratio for no worse alone", () => {
  const tally = fill(METRICS.errors.create({ ...planOf("errors"), noWorsePoints: 0.05 }), 200, {});
  expect(tally.logNoWorse()).toBeGreaterThan(Math.log(20));
  expect(tally.logHarm()).toBe(0);
});

test("speed is better when higher, and a failed session has none", () => {
  const failed = fill(METRICS["tokens-per-second"].create(planOf("tokens-per-second")), 60, {
    candidate: { failure: "timeout", tokensPerSecond: 900 },
  });
  expect(failed.logHarm()).toBeGreaterThan(Math.log(20));
  const faster = fill(METRICS["tokens-per-second"].create(planOf("tokens-per-second")), 60, {
    candidate: { tokensPerSecond: 90 },
  });
  expect(faster.logNoWorse()).toBeGreaterThan(Math.log(20));
  expect(faster.display(0.05).effect?.ratio).toBeCloseTo(1.8, 6);
});

describe("the metric first-token", () => {
  const missing: Partial<SessionOutcome> = { firstTokenMs: null };
  const tallyOf = (): Tally => METRICS["first-token"].create(planOf("first-token"));
  const leftOut = (tally: Tally): number => tally.logLeftOut?.() ?? Number.NaN;

  it("finds that one arm's sessions are missing, and says nothing where both arms' are", () => {
    const after = (changes: Parameters<typeof fill>[2]): number => leftOut(fill(fill(tallyOf(), 60, {}), 60, changes));
    expect(after({})).toBe(0);
    expect(after({ stable: missing, candidate: missing })).toBeLessThan(0);
    expect(after({ candidate: missing })).toBeGreaterThan(Math.log(1000));
  });

  it("says nothing of an arm that fails more often: who asked for no stream is left out, failed or not", () => {
    const tally = fill(tallyOf(), 60, {});
    fill(tally, 200, { stable: { failure: "provider", notStreamed: true }, candidate: missing });
    expect(leftOut(tally)).toBeLessThan(0);
    expect(tally.display(0.05).n).toEqual({ stable: 120, candidate: 120 });
  });

  it("adds up over replicas", () => {
    const make = (): Tally => fill(tallyOf(), 30, { candidate: missing });
    const sum = make();
    sum.absorb(make());
    expect(leftOut(sum)).toBeCloseTo(leftOut(fill(make(), 30, { candidate: missing })), 9);
  });

  it("gives a session without a value its place in a block", () => {
    const worse: Partial<SessionOutcome> = { firstTokenMs: 30 };
    const tally = tallyOf();
    for (let block = 0; block < 60; block += 1) {
      tally.add(outcome("stable"));
      tally.add(outcome("candidate", missing));
      tally.add(outcome("stable", missing));
      tally.add(outcome("candidate", worse));
    }
    expect(tally.logHarm()).toBeGreaterThan(1);
    expect(tally.logHarm()).toBeCloseTo(fill(tallyOf(), 60, { candidate: worse }).logHarm(), 9);
  });
});
