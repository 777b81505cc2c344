import { describe, expect, it } from "vitest";
import { DEFAULT_PLAN } from "../rollout/open-rollout.ts";
import { hmacUnit } from "../../kit/hash.ts";
import { ShadowEvidence } from "./shadow-evidence.ts";
import type { ShadowPair, ShadowSide } from "./shadow-pair.ts";

const SEED = "ab".repeat(32);

const sideOf = (changes: Partial<ShadowSide> = {}): ShadowSide => ({
  call: "call_1",
  failed: false,
  refused: false,
  invalid: false,
  latencyMs: 100,
  firstTokenMs: null,
  outputTokens: 10,
  costPico: 1_000,
  ...changes,
});

const pairOf = (
  stable: Partial<ShadowSide>,
  candidate: Partial<ShadowSide>,
  changes: Partial<ShadowPair> = {},
): ShadowPair => ({
  at: 0,
  stable: sideOf(stable),
  candidate: sideOf(candidate),
  copyPico: "1000",
  excused: false,
  change: null,
  ...changes,
});

interface Truth {
  readonly stableFails: number;
  readonly candidateFails: number;
  readonly slower: number;
}

/** Latencies vary by a third either way, each side for itself. */
function drawPair(run: number, number: number, { stableFails, candidateFails, slower }: Truth): ShadowPair {
  const draw = (what: string): number => hmacUnit(SEED, `${run} ${number} ${what}`);
  const latency = (what: string): number => 100 * Math.exp(0.6 * (draw(what) - 0.5));
  const [was, is] = [draw("stable") < stableFails, draw("candidate") < candidateFails];
  return pairOf(
    { failed: was, latencyMs: was ? null : latency("one"), costPico: 1_000 + draw("cost") },
    { failed: is, latencyMs: is ? null : slower * latency("other"), costPico: 1_000 + draw("price") },
  );
}

function runOf(run: number, pairs: number, truth: Truth): ShadowEvidence {
  const evidence = new ShadowEvidence(DEFAULT_PLAN);
  for (let number = 0; number < pairs; number += 1) {
    evidence.add({ session: `s-${number}`, pair: drawPair(run, number, truth) });
  }
  return evidence;
}

const ALIKE: Truth = { stableFails: 0.02, candidateFails: 0.02, slower: 1 };

describe("evidence from pairs", () => {
  it("proves a candidate no worse that is like stable, also where nothing ever fails", () => {
    const { metrics, union } = runOf(1, 600, { ...ALIKE, stableFails: 0, candidateFails: 0 }).reading(false);
    expect(union.crossed).toBe(false);
    expect(metrics.map(({ metric }) => metric)).toEqual(["errors", "latency", "cost", "refusals", "invalid-output"]);
    for (const { noWorse } of metrics) expect(noWorse.crossed).toBe(true);
  });

  it("proves harm of a candidate of which one copy in ten fails, and blames the errors", () => {
    const { union } = runOf(1, 300, { ...ALIKE, candidateFails: 0.12 }).reading(false);
    expect(union.crossed).toBe(true);
    expect(union.blame).toBe("errors");
  });

  it("proves harm of a candidate that takes half as long again, and blames the latency", () => {
    const { union } = runOf(1, 200, { ...ALIKE, slower: 1.5 }).reading(false);
    expect(union.crossed).toBe(true);
    expect(union.blame).toBe("latency");
  });

  it("says of a metric alone that it is harm where it would cross the union without the others, and not before", () => {
    let alone = 0;
    for (let run = 0; run < 40; run += 1) {
      const { metrics, union } = runOf(run, 120, { ...ALIKE, slower: 1.25 }).reading(false);
      if (!metrics.some(({ harm }) => harm.crossed)) continue;
      expect(union.crossed).toBe(true);
      alone += 1;
    }
    expect(alone).toBeGreaterThan(0);
  });

  it("finds harm in a candidate that is like stable less often than the level says, however often one looks", () => {
    const runs = 300;
    let crossed = 0;
    for (let run = 0; run < runs; run += 1) {
      if (runOf(run, 250, { ...ALIKE, stableFails: 0.05, candidateFails: 0.05 }).reading(false).union.crossed)
        crossed += 1;
    }
    expect(crossed / runs).toBeLessThanOrEqual(DEFAULT_PLAN.alpha);
  });

  it("certifies a candidate at the edge of what is worse less often than the level says", () => {
    const runs = 300;
    let certified = 0;
    for (let run = 0; run < runs; run += 1) {
      const reading = runOf(run, 250, { ...ALIKE, stableFails: 0.02, candidateFails: 0.07 }).reading(false);
      if (reading.metrics.find(({ metric }) => metric === "errors")?.noWorse.crossed === true) certified += 1;
    }
    expect(certified / runs).toBeLessThanOrEqual(DEFAULT_PLAN.beta);
  });

  it("counts a session once, and pairs that say nothing of the releases not at all", () => {
    const evidence = new ShadowEvidence(DEFAULT_PLAN);
    evidence.add({ session: "a", pair: pairOf({}, { failed: true, latencyMs: null }, { excused: true }) });
    evidence.add({ session: "a", pair: pairOf({}, {}) });
    evidence.add({ session: "a", pair: pairOf({}, { failed: true, latencyMs: null }) });
    expect(evidence.copies).toBe(3);
    expect(evidence.excused).toBe(1);
    expect(evidence.reading(false).pairs).toBe(1);
    expect(evidence.spentPico).toBe(3_000n);
  });

  it("keeps proven harm as it was when it was proven", () => {
    const evidence = runOf(1, 300, { ...ALIKE, candidateFails: 0.3 });
    const proven = evidence.reading(false);
    for (let number = 0; number < 400; number += 1) {
      evidence.add({ session: `later-${number}`, pair: pairOf({ failed: true, latencyMs: null }, {}) });
    }
    expect(evidence.reading(false)).toEqual(proven);
  });

  it("says the same in the same bits of the same pairs", () => {
    expect(runOf(3, 100, ALIKE).reading(true)).toEqual(runOf(3, 100, ALIKE).reading(true));
  });

  it("tells how answers differ and makes nothing of it", () => {
    const evidence = new ShadowEvidence(DEFAULT_PLAN);
    const change = {
      isExact: false,
      similarity: 0.5,
      hasNewStructure: true,
      usesTools: true,
      tools: "arguments" as const,
    };
    evidence.add({ session: "a", pair: pairOf({}, {}, { change }) });
    evidence.add({
      session: "b",
      pair: pairOf(
        {},
        {},
        { change: { ...change, isExact: true, similarity: 1, hasNewStructure: null, usesTools: false, tools: "same" } },
      ),
    });
    expect(evidence.changes()).toEqual({
      compared: 2,
      exact: 1,
      similarity: 0.75,
      newStructure: 1,
      structured: 1,
      otherTools: 1,
      withTools: 1,
      cutByTools: 0,
    });
    expect(evidence.reading(false).union.crossed).toBe(false);
  });
});

describe("a pair of which one side ended by calling tools", () => {
  const latency = DEFAULT_PLAN.metrics.filter(({ metric }) => metric === "latency");
  const readingOf = (pair: ShadowPair) => {
    const evidence = new ShadowEvidence({ ...DEFAULT_PLAN, metrics: latency });
    for (let number = 0; number < 200; number += 1) evidence.add({ session: `s-${number}`, pair });
    return evidence.reading(false).metrics[0];
  };

  it("proves nothing of its time, however quick the call was or slow", () => {
    for (const latencyMs of [1, 10_000]) {
      const reading = readingOf(pairOf({}, { callsTools: true, latencyMs }));
      expect(reading).toMatchObject({ n: 200, harm: { logE: 0, crossed: false }, noWorse: { crossed: false } });
      expect(reading?.noWorse.logE).toBeLessThan(0);
    }
  });

  it("is a pair as others where both did", () => {
    expect(readingOf(pairOf({ callsTools: true }, { callsTools: true, latencyMs: 90 }))?.noWorse.crossed).toBe(true);
  });
});
