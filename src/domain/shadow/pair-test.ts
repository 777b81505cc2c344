import { rankShare, rankWealth } from "../evidence/block-rank.ts";
import { BOUNDED_LAMBDA } from "../evidence/grids.ts";
import { LogWealth } from "../evidence/log-wealth.ts";
import type { MetricName, MetricPlan } from "../rollout/plan.ts";
import type { ShadowPair, ShadowSide } from "./shadow-pair.ts";

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

/** Whether a pair can show this metric; the others need users. */
export const isSeenOnCopies = (metric: MetricName): boolean => metric in EVENTS || metric in VALUES;

/** The tests of the metrics that a pair can show; the others of a plan need users. */
export function pairTestOf(plan: MetricPlan): PairTest | null {
  const event = EVENTS[plan.metric];
  if (event !== undefined) return eventTest(plan, event);
  const value = VALUES[plan.metric];
  return value === undefined ? null : ratioTest(plan, value);
}

/**
 * Bets on Z = candidate's event - stable's event, in [-1, 1]. Null of harm: E[Z] is at most the margin; of no worse: at least
 * its margin. A pair without the event on either side speaks for no worse, so that it can be proven where nothing fails.
 */
function eventTest(plan: MetricPlan, event: Event): PairTest {
  const noWorse = plan.noWorsePoints ?? NO_WORSE_POINTS;
  const bets = (limit: number): LogWealth => new LogWealth(BOUNDED_LAMBDA.map((bet) => bet / limit));
  const test = {
    metric: plan.metric,
    plan,
    margins: { harm: HARM_POINTS, noWorse },
    // 1 + λ(Z - m) stays above 0 for Z ≥ -1 with λ < 1/(1 + m); the other direction, Z ≤ 1, with λ < 1/(1 - m).
    harm: bets(1 + HARM_POINTS),
    noWorse: bets(1 - noWorse),
  };
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

/** Bets on whether the candidate's value exceeds `ratio` times stable's: the null is a median ratio at the margin. */
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
      const block = { stable: [was], candidate: [is] };
      test.harm.bet(rankShare(block, harmRatio) - 0.5);
      test.noWorse.bet(0.5 - rankShare(block, noWorseRatio));
      return true;
    },
  };
}
