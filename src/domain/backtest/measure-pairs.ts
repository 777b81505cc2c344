import { logThreshold } from "../evidence/thresholds.ts";
import type { MetricPlan } from "../rollout/plan.ts";
import { USUAL_POINTS } from "../rollout/usual-points.ts";
import type { BacktestPolicy } from "./backtest.ts";
import type { PairOutcome, SessionSide } from "./compare-session.ts";
import { logDifferenceFrom, logEventHarm, logEventNoWorse } from "./event-tests.ts";
import type { EventMargin } from "./event-tests.ts";
import { findInterval } from "./find-interval.ts";
import { judgeIn } from "./judged-sessions.ts";
import { EDGE, testOf, verdictOf } from "./measure.ts";
import type { Measure } from "./measure.ts";
import { measurePreferences } from "./measure-preferences.ts";
import { mcnemar } from "./mcnemar.ts";
import { countPairs, pairsIn } from "./pair-counts.ts";
import { meanRatio, meanRatioTest, median, typicalRatio, typicalRatioTest } from "./ratio-tests.ts";
import type { PairValues, RatioTest } from "./ratio-tests.ts";
import type { BacktestMetric, BacktestMetricName } from "./result.ts";

/** Margins of a metric that the endpoint's policy does not name: those of a policy that names none. */
const USUAL: Readonly<Record<BacktestMetricName, Pick<MetricPlan, "harmRatio" | "noWorseRatio">>> = {
  errors: { harmRatio: 1.25, noWorseRatio: 2 },
  refusals: { harmRatio: 1.25, noWorseRatio: 2 },
  "invalid-output": { harmRatio: 1.25, noWorseRatio: 2 },
  cost: { harmRatio: 1.1, noWorseRatio: 1.2 },
  "output-tokens": { harmRatio: 1.1, noWorseRatio: 1.2 },
  latency: { harmRatio: 1.1, noWorseRatio: 1.25 },
  "first-token": { harmRatio: 1.1, noWorseRatio: 1.25 },
  judge: { harmRatio: 1, noWorseRatio: 1 },
};

const AT_ANOTHER_HOUR = "recorded at another hour, when the provider may have been faster or slower";
const NOT_IN_POLICY = "not in the endpoint's policy";
const IN_THE_COST = "it is in the cost";

/** The share of each metric that counts, together 1. Latency never does: the baseline's was measured at another time. */
export function sharesOf({ metrics }: Pick<BacktestPolicy, "metrics">): ReadonlyMap<BacktestMetricName, number> {
  const counted = metrics.filter(
    ({ metric, judge }) => COUNTED.includes(metric as BacktestMetricName) || judge?.pairs !== undefined,
  );
  const whole = counted.reduce((sum, { share }) => sum + share, 0);
  return new Map(counted.map(({ metric, share }) => [metric as BacktestMetricName, share / whole]));
}

const COUNTED: readonly BacktestMetricName[] = ["errors", "refusals", "invalid-output", "cost"];

/** Every metric of the pairs; they must be drawn ones. */
export function measurePairs(pairs: readonly PairOutcome[], policy: BacktestPolicy): readonly BacktestMetric[] {
  const shares = sharesOf(policy);
  const measureOf = (metric: BacktestMetricName): Measure => {
    const own = policy.metrics.find((plan) => plan.metric === metric);
    const share = shares.get(metric);
    return {
      metric,
      margins: own ?? USUAL[metric],
      alpha: policy.alpha * (share ?? 1),
      beta: policy.beta,
      counts: share !== undefined,
      why: share === undefined ? whyNot(metric) : null,
    };
  };
  const { caps } = policy;
  return [
    ofEvents(measureOf("errors"), pairs, ({ failed }) => failed),
    ofEvents(measureOf("refusals"), pairs, ({ refused }) => refused),
    ofEvents(measureOf("invalid-output"), pairs, ({ invalid }) => invalid),
    ofMeans(
      measureOf("cost"),
      valuesOf(pairs, ({ costPico }) => Number(costPico)),
      { cap: caps.costPico, unit: "usd" },
    ),
    ofMeans(
      measureOf("output-tokens"),
      valuesOf(pairs, (side) => side.outputTokens),
      {
        cap: caps.outputTokens,
        unit: "tokens",
      },
    ),
    ofTimes(
      measureOf("latency"),
      valuesOf(pairs, ({ latencyMs }) => latencyMs),
    ),
    ofTimes(
      measureOf("first-token"),
      valuesOf(pairs, ({ firstTokenMs }) => firstTokenMs),
    ),
    ...(judgeIn(policy) === null ? [] : [measurePreferences(measureOf("judge"), pairs)]),
  ];
}

function whyNot(metric: BacktestMetricName): string {
  if (metric === "latency" || metric === "first-token") return AT_ANOTHER_HOUR;
  return metric === "output-tokens" ? IN_THE_COST : NOT_IN_POLICY;
}

function valuesOf(pairs: readonly PairOutcome[], valueOf: (side: SessionSide) => number | null): readonly PairValues[] {
  return pairs.flatMap((pair) => {
    const [baseline, candidate] = [valueOf(pair.baseline), valueOf(pair.candidate)];
    return baseline === null || candidate === null ? [] : [{ baseline, candidate }];
  });
}

const times = (ratio: number): string => `${Number(ratio.toFixed(3))} times`;

function ofEvents(
  measure: Measure,
  pairs: readonly PairOutcome[],
  isEvent: (side: SessionSide) => boolean,
): BacktestMetric {
  const { metric, margins, alpha, beta, counts, why } = measure;
  const events = countPairs(
    pairs.map((pair) => ({ baseline: isEvent(pair.baseline), candidate: isEvent(pair.candidate) })),
  );
  const n = pairsIn(events);
  const margin = eventMargin(margins);
  const harm = testOf(logEventHarm(events, margins.harmRatio), alpha, `more than ${times(margins.harmRatio)} as often`);
  const noWorse = testOf(logEventNoWorse(events, margin), beta, inWords(margin));
  const difference = n === 0 ? null : (events.worse - events.better) / n;
  const interval = findInterval({
    inside: difference ?? 0,
    least: -1 + EDGE,
    greatest: 1 - EDGE,
    evidence: (points) => logDifferenceFrom(events, points),
    threshold: logThreshold(alpha / 2),
  });
  return {
    metric,
    unit: "share",
    n,
    baseline: n === 0 ? null : (events.both + events.better) / n,
    candidate: n === 0 ? null : (events.both + events.worse) / n,
    effect: { kind: "difference", value: difference, ...interval },
    harm,
    noWorse,
    verdict: verdictOf(harm, noWorse),
    counts,
    why,
    differing: { worse: events.worse, better: events.better, p: mcnemar(events) },
  };
}

/** A ratio alone is never proven by pairs without events, so a backtest has points beside it whoever wrote the policy. */
const eventMargin = ({
  noWorseRatio,
  noWorsePoints,
  noWorseOrPoints = USUAL_POINTS,
}: Measure["margins"]): EventMargin =>
  noWorsePoints === undefined
    ? { ratio: noWorseRatio, points: noWorseOrPoints }
    : { ratio: null, points: noWorsePoints };

function inWords({ ratio, points }: EventMargin): string {
  const inPoints = `less than ${Number((100 * points).toFixed(3))} of 100 sessions more`;
  return ratio === null ? inPoints : `less than ${times(ratio)} as often, or ${inPoints}`;
}

interface Means {
  readonly cap: number;
  readonly unit: "usd" | "tokens";
}

const PICO_PER_USD = 1e12;

function ofMeans(measure: Measure, values: readonly PairValues[], { cap, unit }: Means): BacktestMetric {
  const scale = unit === "usd" ? PICO_PER_USD : 1;
  const mean = (side: keyof PairValues): number | null =>
    values.length === 0 ? null : values.reduce((sum, pair) => sum + pair[side], 0) / values.length / scale;
  const clipped = Math.max(cap, 1);
  return ofRatios(measure, values, {
    test: meanRatioTest(clipped),
    ratio: meanRatio(values, clipped),
    unit,
    baseline: mean("baseline"),
    candidate: mean("candidate"),
    words: "as much",
  });
}

const ofTimes = (measure: Measure, values: readonly PairValues[]): BacktestMetric =>
  ofRatios(measure, values, {
    test: typicalRatioTest,
    ratio: typicalRatio(values),
    unit: "ms",
    baseline: median(values.map(({ baseline }) => baseline)),
    candidate: median(values.map(({ candidate }) => candidate)),
    words: "as long",
  });

interface Ratios extends Pick<BacktestMetric, "unit" | "baseline" | "candidate"> {
  readonly test: RatioTest;
  readonly ratio: number | null;
  readonly words: string;
}

/** Ratios beyond these are told as unbounded. */
const LEAST_RATIO = 1e-3;
const GREATEST_RATIO = 1e3;

function ofRatios(
  { metric, margins, alpha, beta, counts, why }: Measure,
  values: readonly PairValues[],
  { test, ratio, words, ...shown }: Ratios,
): BacktestMetric {
  const harm = testOf(test(values, margins.harmRatio).above, alpha, `more than ${times(margins.harmRatio)} ${words}`);
  const noWorse = testOf(
    test(values, margins.noWorseRatio).below,
    beta,
    `less than ${times(margins.noWorseRatio)} ${words}`,
  );
  const interval = findInterval({
    inside: Math.min(GREATEST_RATIO, Math.max(LEAST_RATIO, ratio ?? 1)),
    least: LEAST_RATIO,
    greatest: GREATEST_RATIO,
    evidence: (value) => test(values, value),
    threshold: logThreshold(alpha / 2),
  });
  return {
    metric,
    ...shown,
    n: values.length,
    effect: { kind: "ratio", value: ratio, ...interval },
    harm,
    noWorse,
    verdict: verdictOf(harm, noWorse),
    counts,
    why,
    differing: null,
  };
}
