import { describe, expect, test } from "vitest";
import type { SessionOutcome } from "../../src/domain/evidence/evidence.ts";
import { Evidence } from "../../src/domain/evidence/running-evidence.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { MetricPlan } from "../../src/domain/rollout/plan.ts";
import { failureOf } from "../../src/domain/traffic/failure-of.ts";
import { CLIENT_LEFT } from "../../src/domain/call/call-record.ts";
import { randomFrom } from "../fixtures/random-cuts.ts";

type Arm = SessionOutcome["arm"];

const OTHERS = DEFAULT_PLAN.metrics.filter(({ metric }) => metric !== "abandoned");
const ABANDONED: MetricPlan = {
  metric: "abandoned",
  harmRatio: 1.25,
  noWorseRatio: 2,
  noWorseOrPoints: 0.01,
  share: 0.25,
  required: false,
  capPico: null,
};
const BLIND = { ...DEFAULT_PLAN, metrics: OTHERS };
const SEEING = { ...BLIND, metrics: [...OTHERS.map((one) => ({ ...one, share: 0.75 * one.share })), ABANDONED] };

/** Weights of the default ladder, and sessions on each. */
const LADDER = [
  [0.01, 1_000],
  [0.05, 1_000],
  [0.25, 4_000],
] as const;

/** What is true of the traffic. */
interface Truth {
  /** Share of the candidate's calls that say nothing. */
  readonly hangs: number;
  /** Share of clients that change their minds within two and a half seconds, whichever arm they have. */
  readonly changeMinds: number;
  /** When all other clients give up, ms. */
  readonly patienceMs: number;
}

/** What a call comes to: stable takes three seconds, and so does the candidate where it does not hang. */
function outcomeOf(arm: Arm, { hangs, changeMinds, patienceMs }: Truth, random: () => number) {
  const gauss = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const isHung = random() < hangs && arm === "candidate";
  const takesMs = isHung ? Number.POSITIVE_INFINITY : 3_000 * Math.exp(0.25 * gauss);
  const changesMind = random() < changeMinds;
  const leavesMs = changesMind ? 2_500 * random() : patienceMs;
  const hasLeft = takesMs > leavesMs;
  const totalMs = Math.min(takesMs, leavesMs);
  const failure = failureOf({
    outcome: hasLeft ? "abandoned" : "ok",
    errorCode: null,
    attempts: [],
    status: hasLeft ? CLIENT_LEFT : 200,
    totalMs,
    stages: [{ stage: "call", startMs: 1, endMs: totalMs }],
  });
  const costPico = 1e9 * (1 + random());
  return { failure, latencyMs: totalMs, costPico, ...(hasLeft && { abandoned: true as const }) };
}

/** What one run of the ladder came to. */
interface Run {
  /** What is to blame for harm; `null` where none was proven. */
  readonly blame: string | null;
  /** Whether who left was proven no worse before that. */
  readonly isNoWorse: boolean;
}

function run(truth: Truth, seed: number, plan = SEEING): Run {
  let isNoWorse = false;
  const [evidence, random] = [new Evidence(plan), randomFrom(seed)];
  for (const [index, [weight, sessions]] of LADDER.entries()) {
    for (let session = 0; session < sessions; session += 1) {
      const arm: Arm = random() < weight ? "candidate" : "stable";
      const at = { arm, epoch: index + 1, weight, firstTokenMs: null };
      evidence.add({ ...at, ...outcomeOf(arm, truth, random) });
      if (evidence.logUnion() >= evidence.threshold) {
        return { blame: evidence.reading().union.blame, isNoWorse };
      }
      if (session % LOOK_EVERY === 0) {
        isNoWorse ||= evidence
          .reading()
          .metrics.some(({ metric, noWorse }) => metric === "abandoned" && noWorse.crossed);
      }
    }
  }
  return { blame: null, isNoWorse };
}

const RUNS = 40;
const LOOK_EVERY = 50;

const runs = (truth: Truth, plan = SEEING): readonly Run[] =>
  Array.from({ length: RUNS }, (_, index) => run(truth, 1_000 + 7_919 * index, plan));

const shareOf = (all: readonly Run[]): number => all.filter(({ blame }) => blame !== null).length / all.length;
const certified = (all: readonly Run[]): number => all.filter(({ isNoWorse }) => isNoWorse).length / all.length;

describe("clients that leave while they wait", () => {
  const HANG = { hangs: 0.1, changeMinds: 0.03, patienceMs: 4_500 };

  test("show a candidate that hangs in one call of ten, however impatient they are", () => {
    const all = runs(HANG);
    expect(shareOf(all)).toBeGreaterThan(0.9);
    expect(certified(all)).toBeLessThanOrEqual(0.05);
    expect(new Set(all.map(({ blame }) => blame).filter((blame) => blame !== null))).toEqual(new Set(["abandoned"]));
  });

  test("say nothing to a plan that does not count them, for as long as they are less patient than the rule of errors", () => {
    expect(shareOf(runs(HANG, BLIND))).toBeLessThan(0.1);
  });

  test.each([0.03, 0.1, 0.2])(
    "are no harm and no worse where a share of %d changes its mind in both arms alike",
    (changeMinds) => {
      const all = runs({ ...HANG, hangs: 0, changeMinds });
      expect(shareOf(all)).toBeLessThanOrEqual(0.05);
      expect(certified(all)).toBeGreaterThan(0.9);
    },
  );
});
