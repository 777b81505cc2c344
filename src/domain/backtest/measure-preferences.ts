import { logThreshold } from "../evidence/thresholds.ts";
import type { PairOutcome } from "./compare-session.ts";
import { logDifferenceFrom } from "./event-tests.ts";
import { findInterval } from "./find-interval.ts";
import { countJudged } from "./judged-sessions.ts";
import { mcnemar } from "./mcnemar.ts";
import { EDGE, testOf, verdictOf } from "./measure.ts";
import type { Measure } from "./measure.ts";
import { pairsIn } from "./pair-counts.ts";
import type { BacktestMetric } from "./result.ts";

/** What a drop of the score by one point of its range is in sessions lost less won: a score is 1, ½ or 0 of a session. */
const POINTS_OF_DROP = 2;

/**
 * A judge's preferences: the event of a side is that it was liked less. Without a margin of harm the test is the sign test on
 * the sessions that were no ties.
 */
export function measurePreferences(
  { metric, margins, alpha, beta, counts, why }: Measure,
  pairs: readonly PairOutcome[],
): BacktestMetric {
  const { candidate = 0, baseline = 0, ties = 0 } = countJudged(pairs) ?? {};
  const lost = { both: 0, worse: baseline, better: candidate, neither: ties };
  const n = pairsIn(lost);
  const harmAt = POINTS_OF_DROP * (margins.harmDrop ?? 0);
  const noWorseAt = Math.min(1 - EDGE, POINTS_OF_DROP * (margins.noWorseDrop ?? 0.05));
  const points = (share: number): string => `${Number((100 * share).toFixed(3))} of 100 sessions more lost than won`;
  const harm = testOf(logDifferenceFrom(lost, harmAt).above, alpha, `more than ${points(harmAt)}`);
  const noWorse = testOf(logDifferenceFrom(lost, noWorseAt).below, beta, `less than ${points(noWorseAt)}`);
  const difference = n === 0 ? null : (baseline - candidate) / n;
  const interval = findInterval({
    inside: difference ?? 0,
    least: -1 + EDGE,
    greatest: 1 - EDGE,
    evidence: (value) => logDifferenceFrom(lost, value),
    threshold: logThreshold(alpha / 2),
  });
  return {
    metric,
    unit: "share",
    n,
    baseline: n === 0 ? null : candidate / n,
    candidate: n === 0 ? null : baseline / n,
    effect: { kind: "difference", value: difference, ...interval },
    harm,
    noWorse,
    verdict: verdictOf(harm, noWorse),
    counts,
    why,
    differing: { worse: baseline, better: candidate, p: mcnemar(lost) },
  };
}
