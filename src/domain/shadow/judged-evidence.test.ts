import { describe, expect, it } from "vitest";
import { hmacUnit } from "../../kit/hash.ts";
import { DEFAULT_PLAN } from "../rollout/open-rollout.ts";
import type { MetricPlan } from "../rollout/plan.ts";
import { ShadowEvidence } from "./shadow-evidence.ts";
import type { PairJudgement } from "./shadow-pair.ts";

const SEED = "cd".repeat(32);

const JUDGE: MetricPlan = {
  metric: "judge",
  harmRatio: 1,
  noWorseRatio: 1,
  harmDrop: 0,
  noWorseDrop: 0.05,
  share: 1,
  required: false,
  capPico: null,
  judge: {
    score: "helpful",
    digest: "judge-1",
    sample: 1,
    pairs: {
      place: { kind: "command", program: "judge", args: [] },
      timeoutMs: 1_000,
      atOnce: 1,
      questionPico: 0,
      budgetPico: null,
      required: true,
    },
  },
};

const judgedBy = (verdict: PairJudgement["verdict"], changes: Partial<PairJudgement> = {}): PairJudgement => ({
  at: 0,
  call: "call_1",
  verdict,
  questions: 2,
  isFlipped: false,
  costPico: "10",
  trouble: null,
  ...changes,
});

/** Sessions of which some are lost, some won, and the others neither. */
function judgedRun(run: number, sessions: number, { lost, won }: { readonly lost: number; readonly won: number }) {
  const evidence = new ShadowEvidence({ ...DEFAULT_PLAN, metrics: [JUDGE] });
  for (let number = 0; number < sessions; number += 1) {
    const draw = hmacUnit(SEED, `${run} ${number} judged`);
    const verdict = draw < lost ? "stable" : draw < lost + won ? "candidate" : "tie";
    evidence.add({ session: `s-${number}`, judgement: judgedBy(verdict) });
  }
  return evidence;
}

describe("evidence from a judge of pairs", () => {
  it("is harm where stable is preferred more often, and no worse where neither is, ties or not", () => {
    const worse = judgedRun(1, 150, { lost: 0.6, won: 0.2 }).reading(false);
    expect(worse.union).toMatchObject({ crossed: true, blame: "judge" });
    for (const share of [0, 0.4]) {
      const [judge] = judgedRun(2, 900, { lost: share, won: share }).reading(false).metrics;
      expect(judge).toMatchObject({
        required: true,
        harm: { crossed: false },
        noWorse: { crossed: true, margin: 0.1 },
      });
    }
  });

  it("finds harm in what is preferred as often as stable no more than the level says, however often one looks", () => {
    let crossed = 0;
    for (let run = 0; run < 300; run += 1) {
      if (judgedRun(run, 300, { lost: 0.35, won: 0.35 }).reading(false).union.crossed) crossed += 1;
    }
    expect(crossed / 300).toBeLessThanOrEqual(DEFAULT_PLAN.alpha);
  });

  it("certifies a candidate that loses ten pairs of a hundred more than it wins no more than the level says", () => {
    let certified = 0;
    for (let run = 0; run < 300; run += 1) {
      const [judge] = judgedRun(run, 300, { lost: 0.4, won: 0.3 }).reading(false).metrics;
      if (judge?.noWorse.crossed === true) certified += 1;
    }
    expect(certified / 300).toBeLessThanOrEqual(DEFAULT_PLAN.beta);
  });

  it("counts a session once, no failure, and what is set aside as spent until it is given back", () => {
    const evidence = new ShadowEvidence({ ...DEFAULT_PLAN, metrics: [JUDGE] });
    const words = [
      judgedBy("asking", { costPico: "40" }),
      judgedBy("failed", { costPico: "-20", trouble: "it answered 500" }),
      judgedBy("tie", { isFlipped: true }),
      judgedBy("stable"),
      judgedBy("unasked", { costPico: "-5" }),
    ];
    for (const judgement of words) evidence.add({ session: "a", judgement });
    const judged = { candidate: 0, stable: 0, ties: 1, flipped: 1, failed: 1, of: 5, spentPico: "35" };
    expect(evidence.reading(false)).toMatchObject({ judged, metrics: [{ n: 1 }] });
  });
});
