import { describe, expect, test } from "vitest";
import type { CallFacts } from "../../src/domain/call/call-record.ts";
import { Evidence } from "../../src/domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { OpenCall } from "../../src/gateway/open-call.ts";
import { turnOf } from "../../src/gateway/turn-of.ts";
import { factsOf } from "../contracts/store-samples.ts";
import { randomFrom } from "../fixtures/random-cuts.ts";

const SPEED = {
  metric: "tokens-per-second",
  harmRatio: 1.1,
  noWorseRatio: 1.25,
  share: 1,
  required: true,
  capPico: null,
} as const;
const PLAN = { ...DEFAULT_PLAN, metrics: [SPEED] };

/** Readers leave a stream after so long. */
const PATIENCE_MS = 15_000;
const FIRST_TOKEN_MS = 500;
const CALL = { findings: [], attempts: [], request: null } as unknown as OpenCall;

/** What of an answer of so many tokens is there when its reader has it, or has left. */
function factsUntil(tokens: number, msPerToken: number): CallFacts {
  const wholeMs = FIRST_TOKEN_MS + tokens * msPerToken;
  const hasLeft = wholeMs > PATIENCE_MS;
  const come = hasLeft ? Math.floor((PATIENCE_MS - FIRST_TOKEN_MS) / msPerToken) : tokens;
  return factsOf({
    outcome: hasLeft ? "abandoned" : "ok",
    status: 200,
    totalMs: Math.min(wholeMs, PATIENCE_MS),
    usage: { input: 9, cachedInput: 0, cacheWrite: 0, output: come, reasoning: 0, estimated: hasLeft },
  });
}

interface Truth {
  /** Share of the candidate's streams that take ten times as long. */
  readonly crawls: number;
  /** How many times as long all the others take; those of stable take as long as stable's. */
  readonly slower?: number;
}

/** What one run of so many sessions proves. */
function run({ crawls, slower = 1 }: Truth, seed: number): "harm" | "no-worse" | null {
  const [evidence, random] = [new Evidence(PLAN), randomFrom(seed)];
  let isNoWorse = false;
  for (let session = 0; session < 3_000; session += 1) {
    const arm = random() < 0.25 ? "candidate" : "stable";
    const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const factor = arm === "stable" ? 1 : random() < crawls ? 10 : slower;
    const facts = factsUntil(Math.round(500 * Math.exp(0.3 * gauss)), factor * 14 * (0.8 + 0.4 * random()));
    const { failure, tokensPerSecond } = turnOf(CALL, facts, { unit: "s" });
    const speed = tokensPerSecond === undefined ? {} : { tokensPerSecond };
    evidence.add({ arm, epoch: 1, weight: 0.25, failure, latencyMs: 1, firstTokenMs: null, costPico: 1, ...speed });
    if (evidence.logUnion() >= evidence.threshold) return "harm";
    if (session % 50 === 0) isNoWorse ||= evidence.reading().certified;
  }
  return isNoWorse ? "no-worse" : null;
}

const runs = (truth: Truth): readonly (string | null)[] =>
  Array.from({ length: 40 }, (_, index) => run(truth, 1_000 + 7_919 * index));

describe("the speed of streams whose readers leave", () => {
  // Ranks see what is typical: of less than that they are told no more where readers stay.
  test.each([0.45, 0.6])("shows that a share of %d of the candidate's crawls", (crawls) => {
    expect(runs({ crawls }).filter((end) => end !== "harm")).toEqual([]);
  });

  test("is no harm and no worse where both arms are alike", () => {
    const ends = runs({ crawls: 0 });
    expect(ends.filter((end) => end === "harm").length).toBeLessThanOrEqual(2);
    expect(ends.filter((end) => end === "no-worse").length).toBeGreaterThan(30);
  });

  test("is not certified where the candidate is slower by the margin, and more of its readers leave", () => {
    expect(runs({ crawls: 0, slower: 1.25 }).filter((end) => end === "no-worse").length).toBeLessThanOrEqual(2);
  });
});
