import { formatDuration } from "../../../kit/duration.ts";
import type { MetricReading, Reading } from "../../evidence/evidence.ts";
import { logSumExp } from "../../evidence/log-sum-exp.ts";
import { listMetrics } from "../describe-effect.ts";
import type { LadderEstimate } from "../estimate-ladder.ts";
import type { MetricName, MetricPlan } from "../plan.ts";
import { isTerminal } from "../rollout.ts";
import type { Rollout } from "../rollout.ts";
import { formatNumber } from "./describe-metric.ts";

/** The same evidence under another margin: what both tests of a metric would say. */
export interface MarginTrial {
  readonly metric: MetricName;
  /** Ratio, as harm margin and as no-worse margin. */
  readonly margin: number;
  readonly logHarm: number;
  readonly logNoWorse: number;
}

/** What is known beside the rollout. */
export interface ChangeTerms {
  /** The evidence that the answer rests on. */
  readonly reading: Reading;
  /** [] where the evidence could not be computed again. */
  readonly trials: readonly MarginTrial[];
  /** How much longer, as things are going; `null` for a rollout that is not ramping. */
  readonly eta: LadderEstimate | null;
}

/** What would change the answer, in full sentences: another margin, or more sessions at the present rate. */
export function whatWouldChange(rollout: Rollout, terms: ChangeTerms): readonly string[] {
  const { harm, promotion, phase } = rollout;
  if (harm !== null && !harm.metric.startsWith("shadow:")) return harmSentences(rollout, terms);
  if (promotion?.basis === "non-inferior") return tightest(rollout, terms);
  if (phase === "ramping" || (isTerminal(phase) && rollout.outcome === "expired")) {
    return [...sessionsSentence(terms), ...looserMargins(rollout, terms)];
  }
  return [];
}

/** From which harm margin on the same evidence would not have been harm. */
function harmSentences({ plan, harm }: Rollout, { reading, trials }: ChangeTerms): readonly string[] {
  const own = plan.metrics.find(({ metric }) => metric === harm?.metric);
  const tried = trials.filter(({ metric, margin }) => metric === own?.metric && margin > (own?.harmRatio ?? Infinity));
  if (own === undefined || tried.length === 0) return [];
  const name = listMetrics([own.metric]);
  const spared = tried.find(
    ({ logHarm }) => unionWith(reading, plan.metrics, { metric: own.metric, logHarm }) < reading.union.threshold,
  );
  const last = tried.at(-1)?.margin ?? own.harmRatio;
  return [
    spared === undefined
      ? `Even a harm margin of ${formatNumber(last)} for ${name} would have been crossed by then.`
      : `With a harm margin of ${formatNumber(spared.margin)} instead of ${formatNumber(own.harmRatio)} for ${name} nothing would have been proven by then.`,
  ];
}

/** ln of the union of all harm tests, one of them replaced. */
function unionWith(
  { metrics }: Reading,
  plans: Rollout["plan"]["metrics"],
  replaced: { readonly metric: MetricName; readonly logHarm: number },
): number {
  const terms = plans.map(({ metric, share }) => {
    const logE =
      metric === replaced.metric ? replaced.logHarm : (metrics.find((read) => read.metric === metric)?.harm.logE ?? 0);
    return Math.log(share) + logE;
  });
  return logSumExp(terms);
}

/** What is tried: the margin, or the ratio of two margins while the difference beside it stays as it is. */
const wordFor = ({ noWorseOrPoints }: MetricPlan): string => (noWorseOrPoints === undefined ? "margin" : "ratio");

/** How tight the no-worse margins could have been. */
function tightest({ plan }: Rollout, { trials }: ChangeTerms): readonly string[] {
  return plan.metrics.flatMap((tested) => {
    const { metric, required, noWorseRatio } = tested;
    const own = trials.filter((trial) => trial.metric === metric && trial.margin < noWorseRatio);
    const failed = own.findLast(({ logNoWorse }) => logNoWorse < Math.log(1 / plan.beta));
    if (!required || failed === undefined) return [];
    return [
      `With a no-worse ${wordFor(tested)} of ${formatNumber(failed.margin)} instead of ${formatNumber(noWorseRatio)}, ${listMetrics([metric])} would not have been proven by then.`,
    ];
  });
}

function sessionsSentence({ eta }: ChangeTerms): readonly string[] {
  if (eta === null) return [];
  if ("unknown" in eta) return [eta.unknown];
  const sessions = Math.ceil(eta.sessions);
  if (sessions === 0) return [];
  return [
    `About ${sessions.toLocaleString("en-US")} more ${sessions === 1 ? "session" : "sessions"}, ${formatDuration(eta.ms)} at the present rate, would lead to the promotion if the metrics stay as they are.`,
  ];
}

/** From which no-worse margin on the metrics that are not proven would be. */
function looserMargins({ plan, certified }: Rollout, { reading, trials }: ChangeTerms): readonly string[] {
  return plan.metrics.flatMap((tested) => {
    const { metric, required, noWorseRatio } = tested;
    if (!required || certified.includes(metric)) return [];
    const read: MetricReading | undefined = reading.metrics.find((one) => one.metric === metric);
    if (read === undefined || read.noWorse.crossed) return [];
    const proven = trials.find(
      (trial) => trial.metric === metric && trial.margin > noWorseRatio && trial.logNoWorse >= read.noWorse.threshold,
    );
    if (proven === undefined) return [];
    return [
      `With a no-worse ${wordFor(tested)} of ${formatNumber(proven.margin)} instead of ${formatNumber(noWorseRatio)}, ${listMetrics([metric])} would be proven already.`,
    ];
  });
}
