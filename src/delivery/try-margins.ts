import type { EvidenceCut } from "../domain/evidence/evidence-cut.ts";
import { definitionOf } from "../domain/evidence/metrics/index.ts";
import type { MetricPlan } from "../domain/rollout/plan.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { MarginTrial } from "../domain/rollout/story/what-would-change.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";
import { replayCuts } from "./replay-cuts.ts";

/** Ratios that are tried, from hardly anything to what nobody would tolerate. */
const MARGINS: readonly number[] = [1.02, 1.05, 1.1, 1.2, 1.25, 1.5, 2, 3, 5, 8, 13, 20];

/**
 * The same evidence under other margins, in one pass over the journal; [] where the journal has not all of it. Only
 * metrics that compare by ratio and that a session's own turns decide: the others have margins of another kind.
 */
export async function tryMargins(
  journal: Pick<EvidenceJournal, "read">,
  { id, plan }: Pick<Rollout, "id" | "plan">,
  cut: EvidenceCut,
): Promise<readonly MarginTrial[]> {
  const tried = plan.metrics.filter(isTried).flatMap((metric) => MARGINS.map((margin) => withMargin(metric, margin)));
  if (tried.length === 0) return [];
  const [answer] = await replayCuts(journal, { id, plan: { ...plan, metrics: tried } }, [cut]);
  if (answer === undefined || "missing" in answer) return [];
  return answer.reading.metrics.map(({ metric, harm, noWorse }) => ({
    metric,
    margin: harm.margin,
    logHarm: harm.logE,
    logNoWorse: noWorse.logE,
  }));
}

const isTried = ({ metric, harmDrop, noWorseDrop, noWorsePoints }: MetricPlan): boolean =>
  "unit" in definitionOf(metric) && harmDrop === undefined && noWorseDrop === undefined && noWorsePoints === undefined;

const withMargin = (metric: MetricPlan, margin: number): MetricPlan => ({
  ...metric,
  harmRatio: margin,
  noWorseRatio: margin,
});
