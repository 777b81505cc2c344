import { describeEffect, listMetrics } from "./describe-effect.ts";
import { isOfCopies, nameHarm } from "./explain-strategy.ts";
import type { MetricName } from "./plan.ts";
import type { Rollout } from "./rollout.ts";
import { ladderThreshold, stageLevels } from "./stage-levels.ts";

/** "errors are 9.8 times those of stable (10.3 % against 1.1 %), proven after 34 candidate sessions (log R 3.4 ≥ 3.0)". */
export function describeHarm({ harm, reading, plan, shadowReading }: Rollout): string {
  if (harm === null) return "the candidate is proven harmful";
  if (isOfCopies(harm.metric)) {
    const threshold = shadowReading?.union.threshold ?? Math.log(1 / stageLevels(plan).shadow);
    const pairs = harm.candidateSessions.toLocaleString("en-US");
    const found =
      harm.metric === "shadow:judge"
        ? `${nameHarm(harm.metric)} prefers stable's answers`
        : `${nameHarm(harm.metric)} ${are(harm.metric)} worse than stable's`;
    return `${found}, proven on ${pairs} pairs that nobody saw (log R ${harm.logR.toFixed(1)} ≥ ${threshold.toFixed(1)})`;
  }
  const effect = describeEffect(
    harm.metric,
    reading?.metrics.find(({ metric }) => metric === harm.metric),
  );
  const threshold = reading?.union.threshold ?? ladderThreshold(plan);
  const proof = `log R ${harm.logR.toFixed(1)} ≥ ${threshold.toFixed(1)}`;
  const others = helpersOf(harm.metric, reading);
  if (others.length > 0)
    return `${effect}, and with ${listMetrics(others)} that proves harm after ${countCandidates(harm.candidateSessions)} (${proof}), which none of them does alone`;
  return `${effect}, proven after ${countCandidates(harm.candidateSessions)} (${proof})`;
}

/** The metrics without which one would not prove harm; [] where it does so alone. */
function helpersOf(harmful: MetricName, reading: Rollout["reading"]): readonly MetricName[] {
  const metrics = reading?.metrics ?? [];
  const own = metrics.find(({ metric }) => metric === harmful);
  if (own === undefined || metrics.some(({ harm }) => harm.crossed)) return [];
  return metrics.filter(({ metric, harm }) => metric !== harmful && harm.logE > 0).map(({ metric }) => metric);
}

/** "34 candidate sessions". */
export const countCandidates = (sessions: number): string =>
  `${sessions.toLocaleString("en-US")} candidate ${sessions === 1 ? "session" : "sessions"}`;

const are = (metric: string): string => (metric.endsWith("s") ? "are" : "is");
