import { absoluteMarginLimit, inverseProbabilityEvent } from "../../src/domain/evidence/absolute-margin.ts";
import { oneSidedHalfWidth, rhoSquaredFor, twoSidedHalfWidth } from "../../src/domain/evidence/asymptotic-interval.ts";
import { logBetaMixture } from "../../src/domain/evidence/beta-mixture.ts";
import { bettingCapital, predictableBets } from "../../src/domain/evidence/betting.ts";
import { rankShare, rankWealth } from "../../src/domain/evidence/block-rank.ts";
import type { ArmValues } from "../../src/domain/evidence/blocks.ts";
import { boundedHarmWealth, boundedNoWorseWealth } from "../../src/domain/evidence/bounded-mean.ts";
import { cappedDifference, cappedHarmWealth, cappedNoWorseWealth } from "../../src/domain/evidence/capped-mean.ts";
import { EDetector } from "../../src/domain/evidence/e-detector.ts";
import { harmEventTest, noWorseEventTest, theta } from "../../src/domain/evidence/event-test.ts";
import { lambertWm1 } from "../../src/domain/evidence/lambert-w.ts";
import { logSumExp } from "../../src/domain/evidence/log-sum-exp.ts";
import type { LogWealth } from "../../src/domain/evidence/log-wealth.ts";
import { planHarm, planNoWorse } from "../../src/domain/evidence/planner.ts";
import { logSampleRatio, SAMPLE_RATIO_ALPHA } from "../../src/domain/evidence/sample-ratio.ts";
import { fuseThresholds, logThreshold } from "../../src/domain/evidence/thresholds.ts";
import { Union } from "../../src/domain/evidence/union.ts";

interface Counts {
  readonly candidateEvents: number;
  readonly stableEvents: number;
  readonly w: number;
}

const eventCounts = (inputs: Counts | { readonly epochs: readonly Counts[] }) =>
  ("epochs" in inputs ? inputs.epochs : [inputs]).map(({ w, candidateEvents, stableEvents }) => ({
    weight: w,
    candidate: candidateEvents,
    stable: stableEvents,
  }));

const logAndE = (logE: number) => ({ logE, E: Math.exp(logE) });

const settled = (wealth: LogWealth, payoffs: readonly number[]): number => {
  for (const payoff of payoffs) wealth.bet(payoff);
  return wealth.logE();
};

/** Inputs and id of an oracle to the values the product gives, in the shape of the expected ones. */
type Check = (inputs: never, id: string) => unknown;

function eventConditional(inputs: Counts & { r0: number; r1: number; r: number; k: number }, id: string): unknown {
  if (id.startsWith("theta.")) return theta(inputs.w, inputs.r);
  if (id.startsWith("harm.")) return logAndE(harmEventTest(inputs.r0).logE(eventCounts(inputs)));
  if (id.startsWith("ni.")) return logAndE(noWorseEventTest(inputs.r1).logE(eventCounts(inputs)));
  const [counts] = eventCounts(inputs);
  if (!id.startsWith("beta-mixture.") || counts === undefined) throw new Error(`Unknown oracle ${id}.`);
  return logAndE(logBetaMixture(counts, inputs.k));
}

interface Assigned {
  readonly candidateSessions: number;
  readonly stableSessions: number;
  readonly w: number;
}

function sampleRatio(inputs: Assigned | { readonly epochs: readonly Assigned[] }): unknown {
  const epochs = ("epochs" in inputs ? inputs.epochs : [inputs]).map(({ w, candidateSessions, stableSessions }) => ({
    weight: w,
    candidate: candidateSessions,
    stable: stableSessions,
  }));
  const logE = logSampleRatio(epochs);
  return { ...logAndE(logE), holdAtAlpha0_001: logE >= logThreshold(SAMPLE_RATIO_ALPHA) };
}

function blockRank(
  inputs:
    | { readonly U: readonly number[]; readonly sign: 1 | -1 }
    | { readonly blocks: readonly (readonly { candidate: boolean; value: number }[])[]; readonly scale: number },
): unknown {
  if ("U" in inputs)
    return logAndE(
      settled(
        rankWealth(),
        inputs.U.map((u) => inputs.sign * (u - 0.5)),
      ),
    );
  const U = inputs.blocks.map((block) => {
    const values = (isCandidate: boolean) =>
      block.filter(({ candidate }) => candidate === isCandidate).map(({ value }) => value);
    return rankShare({ candidate: values(true), stable: values(false) }, inputs.scale);
  });
  return {
    U,
    harmLogE: settled(
      rankWealth(),
      U.map((u) => u - 0.5),
    ),
    niLogE: settled(
      rankWealth(),
      U.map((u) => 0.5 - u),
    ),
  };
}

function cappedMean(inputs: { blocks: readonly ArmValues[]; cap: number; m: number }, id: string): unknown {
  const Z = inputs.blocks.map((block) => cappedDifference(block, inputs.cap, inputs.m));
  const isHarm = id.startsWith("cost.harm.");
  const wealth = isHarm ? cappedHarmWealth(inputs.m) : cappedNoWorseWealth();
  return {
    Z,
    logE: settled(
      wealth,
      Z.map((z) => (isHarm ? z : -z)),
    ),
  };
}

function boundedMean(inputs: { W: readonly number[]; m: number }, id: string): unknown {
  if (id.startsWith("judge.harm."))
    return {
      logE: settled(
        boundedHarmWealth(),
        inputs.W.map((w) => -w),
      ),
    };
  return {
    logE: settled(
      boundedNoWorseWealth(inputs.m),
      inputs.W.map((w) => w + inputs.m),
    ),
  };
}

function betting(inputs: { x: readonly number[]; m: number; lambda: number; alpha: number }, id: string): unknown {
  if (id === "betting.predmix-eb-lambda") return predictableBets(inputs.x, inputs.alpha);
  const { x, m, lambda } = inputs;
  return { plus: bettingCapital(x, m, lambda), minus: bettingCapital(x, m, -lambda) };
}

interface IpwInputs {
  readonly units: readonly { candidate: 0 | 1; event: 0 | 1; w: number }[];
  readonly m: number;
  readonly lambda: number;
}

function absoluteMargin({ units, m, lambda }: IpwInputs): unknown {
  const Z = units.map(({ candidate, event, w }) =>
    inverseProbabilityEvent({ arm: candidate === 1 ? "candidate" : "stable", weight: w, event: event === 1 }),
  );
  return {
    Z,
    logCapital: Math.log(bettingCapital(Z, m, lambda)),
    lambdaMaxW0_05: absoluteMarginLimit(0.05, m),
    lambdaMaxW0_25: absoluteMarginLimit(0.25, m),
  };
}

function manyMetrics({ E, v }: { E: readonly number[]; v: readonly number[] }): unknown {
  const union = new Union(v);
  const logR = union.logR((index) => Math.log(E[index] ?? Number.NaN));
  return { R: Math.exp(logR), logR, rollback: logR >= logThreshold(0.05), blameIndex: union.blame() };
}

/** The approximation of ρ² n* that GrowthBook uses; the intervals themselves are ours. */
const approximateRho = (level: number, bestAt: number): number =>
  (-2 * Math.log(level) + Math.log(1 - 2 * Math.log(level))) / bestAt;

interface HalfWidthInputs {
  readonly n: number;
  readonly nOpt: number;
  readonly alpha: number;
  readonly sigma: number;
}

function asymptotic(inputs: HalfWidthInputs, id: string): unknown {
  const { n, nOpt, alpha, sigma } = inputs;
  if (id.startsWith("rho2n."))
    return {
      exact: rhoSquaredFor(alpha, 1),
      growthbookApproximation: approximateRho(alpha, 1),
      lambertWm1: lambertWm1(-(alpha ** 2) / Math.E),
    };
  const [rho2TwoSided, rho2OneSided] = [rhoSquaredFor(alpha, nOpt), rhoSquaredFor(2 * alpha, nOpt)];
  return {
    twoSided: twoSidedHalfWidth({ n, sigma, alpha, rhoSquared: rho2TwoSided }),
    oneSided: oneSidedHalfWidth({ n, sigma, alpha, rhoSquared: rho2OneSided }),
    rho2TwoSided,
    rho2OneSided,
  };
}

interface ArmSample {
  readonly sum: number;
  readonly sumSquares?: number;
  readonly n: number;
}

interface SequentialInputs {
  readonly a: ArmSample;
  readonly b: ArmSample;
  readonly alpha: number;
  readonly nStar: number;
  readonly difference: "relative" | "absolute";
}

/** Mean and variance of a sample; without a sum of squares it is a proportion. */
function momentsOf({ sum, sumSquares, n }: ArmSample): { mean: number; variance: number; n: number } {
  const mean = sum / n;
  return { mean, variance: sumSquares === undefined ? mean * (1 - mean) : (sumSquares - sum * mean) / (n - 1), n };
}

function sequentialInterval(inputs: SequentialInputs, id: string): unknown {
  const [a, b] = [momentsOf(inputs.a), momentsOf(inputs.b)];
  const isRelative = inputs.difference === "relative";
  const estimate = isRelative ? (b.mean - a.mean) / a.mean : b.mean - a.mean;
  const squaredError = isRelative
    ? b.variance / (b.n * a.mean ** 2) + (a.variance * b.mean ** 2) / (a.n * a.mean ** 4)
    : b.variance / b.n + a.variance / a.n;
  const n = a.n + b.n;
  const isTwoSided = id.includes(".two-sided.");
  const terms = {
    n,
    sigma: Math.sqrt(squaredError * n),
    alpha: inputs.alpha,
    rhoSquared: approximateRho(isTwoSided ? inputs.alpha : 2 * inputs.alpha, inputs.nStar),
  };
  const half = isTwoSided ? twoSidedHalfWidth(terms) : oneSidedHalfWidth(terms);
  return { estimate, standardError: Math.sqrt(squaredError), lower: estimate - half, upper: estimate + half };
}

interface PlannerInputs {
  readonly stableRate: number;
  readonly candidateRate: number;
  readonly rate: number;
  readonly w: number;
  readonly alpha: number;
  readonly beta: number;
  readonly r0: number;
  readonly r1: number;
}

function planner(inputs: PlannerInputs, id: string): unknown {
  if (id.startsWith("planner.harm.")) {
    const { stableRate, candidateRate, w: weight, alpha: level, r0: margin } = inputs;
    return planHarm({ stableRate, candidateRate, weight, level, margin });
  }
  const { rate, w: weight, beta: level, r1: margin } = inputs;
  return planNoWorse({ stableRate: rate, candidateRate: rate, weight, level, margin });
}

function eDetector({ events, w, r0 }: { events: readonly (0 | 1)[]; w: number; r0: number }): unknown {
  const detector = new EDetector(w, r0);
  const logs = events.map((event) => detector.add(event === 1));
  return { M: logs.map(Math.exp), logFinal: logs.at(-1) };
}

function threshold(inputs: { alpha: number; nodes?: number }): unknown {
  if (inputs.nodes === undefined) return logThreshold(inputs.alpha);
  const { node, merged } = fuseThresholds(inputs.alpha, inputs.nodes);
  return { node, global: merged };
}

/** Evaluates the oracles of a group with the product's own functions, by the name of the group. */
export const CHECKS: Readonly<Record<string, Check>> = {
  threshold,
  "event-conditional": eventConditional,
  srm: sampleRatio,
  "absolute-margin": absoluteMargin,
  "block-rank": blockRank,
  "capped-mean": cappedMean,
  "bounded-mean": boundedMean,
  betting,
  "asymptotic-cs": asymptotic,
  "asymptotic-cs-growthbook": sequentialInterval,
  planner,
  "many-metrics": manyMetrics,
  numerics: ({ x }: { x: readonly (number | null)[] }) => logSumExp(x.map((term) => term ?? -Infinity)),
  "e-detector": eDetector,
};

