import type { MetricPlan } from "../rollout/plan.ts";
import { withoutMargins } from "./ab-evidence.ts";
import { isBetterHigher, testKind } from "./metrics/kinds.ts";
import { normalShare } from "./normal-share.ts";
import { sessionsNeeded, usualOutlook } from "./sessions-needed.ts";
import type { Outlook } from "./sessions-needed.ts";
import { logThreshold } from "./thresholds.ts";

/** What an A/B test is planned by, before its start. */
export interface AbTerms {
  /** The goal, as it stands in the plan. */
  readonly metric: MetricPlan;
  /** Candidate weight in (0, 1). */
  readonly weight: number;
  /** Level of both directions together. */
  readonly alpha: number;
  /** Probability of finding an effect of that size. */
  readonly power: number;
  /** Rate or mean of the goal on stable: a share for events, a share of the range for scores and values. */
  readonly baseline: number;
  /** Smallest relative change that is looked for, above 0. */
  readonly effect: number;
}

/**
 * Sessions of both arms after which an effect of the size that is looked for has been found with the probability
 * `power`, however often one looks meanwhile; infinite where no number of sessions finds it.
 *
 * ln E of a test that bets near the truth grows by g a session with a variance of about 2 g (that of a log-likelihood
 * ratio whose drift is g), so after n sessions it is above c with probability `power` when n g - z √(2 n g) = c. It may
 * cross earlier and fall again, which only adds to the power.
 */
export function planAb(terms: AbTerms): number {
  const { weight, alpha, power } = terms;
  const metric = withoutMargins(terms.metric);
  const level = alpha / 2;
  const outlook = outlookOf(terms);
  const needed = sessionsNeeded({ metric, test: "no-worse", weight, level, outlook });
  if (!Number.isFinite(needed.total)) return Infinity;
  const growth = logThreshold(level) / needed.total;
  const nats = growth * needed.totalWithMixtureCost;
  const quantile = normalQuantile(power);
  const root = (Math.SQRT2 * quantile + Math.sqrt(2 * quantile ** 2 + 4 * nats)) / 2;
  return Math.ceil(Math.max(root, 0) ** 2 / growth);
}

/** The value below which a normal variable lies with probability `share`, by halving: for planning. */
function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Both arms when the candidate is better by the effect. */
function outlookOf({ metric, baseline, effect }: AbTerms): Outlook {
  const isHigher = isBetterHigher(metric);
  const improved = isHigher ? baseline * (1 + effect) : baseline / (1 + effect);
  switch (testKind(metric)) {
    case "events":
      return { kind: "events", stable: baseline, candidate: Math.min(1, improved) };
    case "ranks": {
      const usual = usualOutlook(metric, "no-worse");
      const spread = usual.kind === "times" ? usual.spread : 1;
      return { kind: "times", ratio: isHigher ? 1 + effect : 1 / (1 + effect), spread };
    }
    default: {
      const usual = usualOutlook(metric, "no-worse");
      const deviation = usual.kind === "means" ? usual.deviation : 0.25;
      return { kind: "means", stable: baseline, candidate: improved, deviation };
    }
  }
}
