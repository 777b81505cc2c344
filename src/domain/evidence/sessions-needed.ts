import type { MetricPlan } from "../rollout/plan.ts";
import { absoluteGrowth } from "./absolute-test.ts";
import { blockGrowth } from "./block-growth.ts";
import { eitherGrowth } from "./either-test.ts";
import { BOUNDED_LAMBDA, HARM_RATIO, NO_WORSE_RATIO, RANK_LAMBDA } from "./grids.ts";
import { isBetterHigher, testKind } from "./metrics/kinds.ts";
import { normalShare } from "./normal-share.ts";
import { growthPerSession } from "./planner.ts";
import type { Plan } from "./planner.ts";
import { logThreshold } from "./thresholds.ts";

/**
 * What a metric is assumed, or known, to be on both arms.
 * `events`: shares of sessions with the event. `times`: the ratio candidate : stable of typical values, and how far
 * sessions of one arm spread (standard deviation of the natural logarithm: 0.6 is usual for times, 1 for cost).
 * `means`: the means, and the standard deviation of one session within an arm; scores and values as shares of their
 * range, costs as shares of the cap.
 */
export type Outlook =
  | { readonly kind: "events"; readonly stable: number; readonly candidate: number }
  | { readonly kind: "times"; readonly ratio: number; readonly spread: number }
  | { readonly kind: "means"; readonly stable: number; readonly candidate: number; readonly deviation: number };

/** Which question is to be answered, under which circumstances. */
export interface SessionsTerms {
  readonly metric: MetricPlan;
  /** `harm`: until worse than the margin is proven. `no-worse`: until no worse than the margin is proven. */
  readonly test: "harm" | "no-worse";
  /** Candidate weight, in (0, 1). */
  readonly weight: number;
  /** Level of the test: α times the metric's share for harm, β for no worse. */
  readonly level: number;
  /** Absent is what `usualOutlook` says. */
  readonly outlook?: Outlook;
}

/**
 * Expected sessions, both arms together, until a metric's test crosses its threshold; infinite where it never would,
 * which is where the assumed truth lies on the wrong side of the margin. Sessions of a judged metric that no judge
 * sees are counted in. For binary events the closed form of the planner, for absolute margins the exact growth, for
 * tests on blocks the growth to second order. Throws TypeError for an outlook of another kind than the metric's.
 */
export function sessionsNeeded(terms: SessionsTerms): Plan {
  const { metric, weight, level, test } = terms;
  const outlook = terms.outlook ?? usualOutlook(metric, test);
  const { growth, mixture, average = 0 } = growthOf(terms, outlook);
  const perSession = growth * (metric.judge?.sample ?? 1);
  const sessions = (nats: number): number => (perSession > 0 ? nats / perSession : Infinity);
  const nats = logThreshold(level) + average;
  const total = sessions(nats);
  return { total, candidate: total * weight, totalWithMixtureCost: sessions(nats + mixture) };
}

/** Shares of sessions with a harmful event, in the absence of anything better. */
const USUAL_SHARES: Readonly<Record<string, number>> = {
  errors: 0.01,
  refusals: 0.01,
  "invalid-output": 0.01,
  "tool-failures": 0.02,
  abandoned: 0.02,
  "latency-tail": 0.05,
  "cost-tail": 0.05,
  thumbs: 0.02,
  problems: 0.01,
};
const USUAL_BUSINESS_SHARE = 0.1;

/** For harm: how much worse a release is that somebody should want caught. */
const BAD_EVENTS = 3;
const BAD_TIMES = 1.3;
const BAD_COST = 1.5;
const BAD_DROP = 0.1;

/**
 * What a metric usually looks like: for `no-worse` both arms alike, for `harm` a candidate that is clearly worse
 * (three times the events, times 30 % longer, costs half as much again, a score lower by a tenth of the range).
 */
export function usualOutlook(metric: MetricPlan, test: SessionsTerms["test"]): Outlook {
  const isHarm = test === "harm";
  switch (testKind(metric)) {
    case "events": {
      const stable = USUAL_SHARES[metric.metric] ?? USUAL_BUSINESS_SHARE;
      if (!isHarm) return { kind: "events", stable, candidate: stable };
      const candidate = isBetterHigher(metric) ? stable / BAD_EVENTS : stable * BAD_EVENTS;
      return { kind: "events", stable, candidate };
    }
    case "ranks": {
      const worse = metric.metric === "cost" ? BAD_COST : BAD_TIMES;
      const ratio = isBetterHigher(metric) ? 1 / worse : worse;
      return { kind: "times", ratio: isHarm ? ratio : 1, spread: metric.metric === "cost" ? 1 : 0.6 };
    }
    // A lognormal cost of spread 1 with the cap at its 99th percentile.
    case "capped-means":
      return { kind: "means", stable: 0.16, candidate: isHarm ? 0.16 * BAD_COST : 0.16, deviation: 0.17 };
    default: {
      const [stable, worse] = isBetterHigher(metric) ? [0.8, 0.8 - BAD_DROP] : [0.2, 0.2 + BAD_DROP];
      return { kind: "means", stable, candidate: isHarm ? worse : stable, deviation: 0.21 };
    }
  }
}

interface Growth {
  /** Of log E per session, nats, once the bet that fits has the upper hand. */
  readonly growth: number;
  /** What not knowing which bet that is costs, nats. */
  readonly mixture: number;
  /** What the average with a test of another margin costs, nats; absent where there is none. */
  readonly average?: number;
}

function growthOf(terms: SessionsTerms, outlook: Outlook): Growth {
  const kind = testKind(terms.metric);
  if (kind === "events" && outlook.kind === "events") return eventGrowth(terms, outlook);
  if (kind === "ranks" && outlook.kind === "times") return rankGrowth(terms, outlook);
  if (kind === "capped-means" && outlook.kind === "means") return cappedGrowth(terms, outlook);
  if (kind === "means" && outlook.kind === "means") return meanGrowth(terms, outlook);
  throw new TypeError(`An outlook of ${outlook.kind} says nothing about the metric ${terms.metric.metric}.`);
}

type Of<K extends Outlook["kind"]> = Extract<Outlook, { readonly kind: K }>;

function eventGrowth({ metric, test, weight }: SessionsTerms, { stable, candidate }: Of<"events">): Growth {
  const { noWorseRatio, noWorsePoints, noWorseOrPoints } = metric;
  if (test === "no-worse" && noWorsePoints !== undefined) {
    const growth = absoluteGrowth({ stable, candidate }, weight, noWorsePoints);
    return { growth, mixture: Math.log(BOUNDED_LAMBDA.length) };
  }
  if (test === "no-worse" && noWorseOrPoints !== undefined) {
    const margin = { ratio: noWorseRatio, points: noWorseOrPoints };
    return { ...eitherGrowth({ stable, candidate }, weight, margin), average: Math.LN2 };
  }
  const isHarm = test === "harm";
  const margin = isHarm ? metric.harmRatio : noWorseRatio;
  const [rates, share] = isBetterHigher(metric)
    ? [{ stableRate: candidate, candidateRate: stable }, 1 - weight]
    : [{ stableRate: stable, candidateRate: candidate }, weight];
  const isBeyond = rates.candidateRate > margin * rates.stableRate;
  const growth = isBeyond === isHarm ? growthPerSession({ ...rates, weight: share, margin }) : 0;
  return { growth, mixture: Math.log((isHarm ? HARM_RATIO : NO_WORSE_RATIO).length) };
}

function rankGrowth({ metric, test, weight }: SessionsTerms, { ratio, spread }: Of<"times">): Growth {
  const isHarm = test === "harm";
  const worse = isBetterHigher(metric) ? 1 / ratio : ratio;
  const scale = isHarm ? metric.harmRatio : metric.noWorseRatio;
  const excess = normalShare(Math.log(worse / scale) / (spread * Math.SQRT2)) - 0.5;
  const outlook = {
    mean: isHarm ? excess : -excess,
    // Of U when nothing distinguishes the arms: Mann and Whitney, Ann. Math. Statist. 18(1), 1947.
    varianceOf: (candidates: number, stables: number): number =>
      (candidates + stables + 1) / (12 * candidates * stables),
  };
  return { growth: blockGrowth(outlook, { weight, bets: RANK_LAMBDA }), mixture: Math.log(RANK_LAMBDA.length) };
}

function cappedGrowth({ metric, test, weight }: SessionsTerms, outlook: Of<"means">): Growth {
  const isHarm = test === "harm";
  const ratio = isHarm ? metric.harmRatio : metric.noWorseRatio;
  const excess = outlook.candidate - ratio * outlook.stable;
  const varianceOf = (candidates: number, stables: number): number =>
    outlook.deviation ** 2 * (1 / candidates + ratio ** 2 / stables);
  const bets = isHarm ? BOUNDED_LAMBDA.map((bet) => bet / ratio) : BOUNDED_LAMBDA;
  return {
    growth: blockGrowth({ mean: isHarm ? excess : -excess, varianceOf }, { weight, bets }),
    mixture: Math.log(bets.length),
  };
}

function meanGrowth({ metric, test, weight }: SessionsTerms, outlook: Of<"means">): Growth {
  const isHarm = test === "harm";
  const margin = (isHarm ? metric.harmDrop : metric.noWorseDrop) ?? 0;
  const gain = outlook.candidate - outlook.stable;
  const rise = (isBetterHigher(metric) ? gain : -gain) + margin;
  const varianceOf = (candidates: number, stables: number): number =>
    outlook.deviation ** 2 * (1 / candidates + 1 / stables);
  const limit = isHarm ? 1 + margin : 1 - margin;
  const bets = BOUNDED_LAMBDA.map((bet) => bet / limit);
  return {
    growth: blockGrowth({ mean: isHarm ? -rise : rise, varianceOf }, { weight, bets }),
    mixture: Math.log(bets.length),
  };
}
