import { rankShare, rankWealth } from "../evidence/block-rank.ts";
import { BOUNDED_LAMBDA } from "../evidence/grids.ts";
import { LogWealth } from "../evidence/log-wealth.ts";
import type { MetricName, MetricPlan } from "../rollout/plan.ts";
import type { PairPreference, ShadowPair, ShadowSide } from "./shadow-pair.ts";

/** One metric of pairs: two betting tests on what each pair pays. */
export interface PairTest {
  readonly metric: MetricName;
  readonly plan: MetricPlan;
  /** Tolerated difference or ratio, and that at which "no worse" ends. */
  readonly margins: { readonly harm: number; readonly noWorse: number };
  readonly harm: LogWealth;
  readonly noWorse: LogWealth;
  /** Takes a pair; false where it says nothing of the metric. */
  add(pair: ShadowPair): boolean;
  /** Takes what the judge made of a session; the other metrics have none. */
  readonly judge?: (verdict: PairPreference) => void;
}

/** More sessions of a hundred that may have the event before it is harm, and at which "no worse" ends. */
const HARM_POINTS = 0.01;
const NO_WORSE_POINTS = 0.05;

type Event = (side: ShadowSide) => boolean;
type Value = (side: ShadowSide) => number | null;

const EVENTS: Partial<Record<string, Event>> = {
  errors: ({ failed }) => failed,
  refusals: ({ refused }) => refused,
  "invalid-output": ({ invalid }) => invalid,
};

const VALUES: Partial<Record<string, Value>> = {
  latency: ({ latencyMs }) => latencyMs,
  "first-token": ({ firstTokenMs }) => firstTokenMs,
  cost: ({ costPico }) => costPico,
};

/** Whether pairs can show this metric; the others need users. */
const isSeenOnCopies = ({ metric, judge }: Pick<MetricPlan, "metric" | "judge">): boolean =>
  metric in EVENTS || metric in VALUES || judge?.pairs !== undefined;

/** Whether a stage of copies waits for the metric to be proven no worse. */
export const isRequiredOnCopies = (plan: MetricPlan): boolean =>
  isSeenOnCopies(plan) && (plan.judge?.pairs?.required ?? plan.required);

/** The tests of the metrics that a pair can show; the others of a plan need users. */
export function pairTestOf(plan: MetricPlan): PairTest | null {
  const event = EVENTS[plan.metric];
  if (event !== undefined) return eventTest(plan, event);
  const value = VALUES[plan.metric];
  if (value !== undefined) return ratioTest(plan, value);
  return plan.judge?.pairs === undefined ? null : judgeTest(plan);
}

/** What a drop of the score by one point of its range is in Z: from all ties to all lost is half of the range. */
const POINTS_OF_DROP = 2;

/**
 * Bets on Z = stable preferred - candidate preferred, in [-1, 1]; a tie is 0. Without a margin of harm that is the sign
 * test on those that are no ties: a tie leaves all wealth as it is. A pair scores 1, ½ or 0 for the candidate, so that the
 * margins are those of the judge's scores: a drop of 0.05 is 10 pairs of a hundred more lost than won.
 */
function judgeTest(plan: MetricPlan): PairTest {
  const margins = {
    harm: POINTS_OF_DROP * (plan.harmDrop ?? 0),
    noWorse: Math.min(MOST_POINTS, POINTS_OF_DROP * (plan.noWorseDrop ?? JUDGE_NO_WORSE_DROP)),
  };
  const test = { metric: plan.metric, plan, margins, ...differenceBets(margins) };
  return {
    ...test,
    add: () => false,
    judge: (verdict) => {
      const difference = verdict === "tie" ? 0 : verdict === "stable" ? 1 : -1;
      test.harm.bet(difference - margins.harm);
      test.noWorse.bet(margins.noWorse - difference);
    },
  };
}

const JUDGE_NO_WORSE_DROP = 0.05;
/** Beyond it nothing is left to bet against. */
const MOST_POINTS = 0.95;

/**
 * Two tests of the mean of a difference Z in [-1, 1]: 1 + λ(Z - m) stays above 0 for Z ≥ -1 with λ < 1/(1 + m); in the
 * other direction, Z ≤ 1, with λ < 1/(1 - m).
 */
const differenceBets = ({ harm, noWorse }: PairTest["margins"]): Pick<PairTest, "harm" | "noWorse"> => ({
  harm: new LogWealth(BOUNDED_LAMBDA.map((bet) => bet / (1 + harm))),
  noWorse: new LogWealth(BOUNDED_LAMBDA.map((bet) => bet / (1 - noWorse))),
});

/**
 * Bets on Z = candidate's event - stable's event, in [-1, 1]. Null of harm: E[Z] is at most the margin; of no worse: at least
 * its margin. A pair without the event on either side speaks for no worse, so that it can be proven where nothing fails.
 */
function eventTest(plan: MetricPlan, event: Event): PairTest {
  const noWorse = plan.noWorsePoints ?? NO_WORSE_POINTS;
  const margins = { harm: HARM_POINTS, noWorse };
  const test = { metric: plan.metric, plan, margins, ...differenceBets(margins) };
  return {
    ...test,
    add({ stable, candidate }) {
      const difference = Number(event(candidate)) - Number(event(stable));
      test.harm.bet(difference - HARM_POINTS);
      test.noWorse.bet(noWorse - difference);
      return true;
    },
  };
}

/** Whether one side ended by calling tools and the other one with an answer: times and costs are those of unlike work. */
export const isCutByTools = ({ stable, candidate }: Pick<ShadowPair, "stable" | "candidate">): boolean =>
  (stable.callsTools ?? false) !== (candidate.callsTools ?? false);

/**
 * Bets on whether the candidate's value exceeds `ratio` times stable's: the null is a median ratio at the margin. Where
 * only one side called tools, what the other one cost or took is no measure: it speaks against "no worse" as much as a pair
 * can, because nothing is known, and says nothing of harm.
 */
function ratioTest(plan: MetricPlan, value: Value): PairTest {
  const { harmRatio, noWorseRatio } = plan;
  const test = {
    metric: plan.metric,
    plan,
    margins: { harm: harmRatio, noWorse: noWorseRatio },
    harm: rankWealth(),
    noWorse: rankWealth(),
  };
  return {
    ...test,
    add({ stable, candidate }) {
      const [was, is] = [value(stable), value(candidate)];
      if (was === null || is === null) return false;
      if (plan.metric !== "first-token" && isCutByTools({ stable, candidate })) {
        test.noWorse.bet(-0.5);
        return true;
      }
      const block = { stable: [was], candidate: [is] };
      test.harm.bet(rankShare(block, harmRatio) - 0.5);
      test.noWorse.bet(0.5 - rankShare(block, noWorseRatio));
      return true;
    },
  };
}
