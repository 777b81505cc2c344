import type { SessionOutcome } from "../../../src/domain/evidence/evidence.ts";
import { logThreshold } from "../../../src/domain/evidence/thresholds.ts";
import { METRICS } from "../../../src/domain/evidence/metrics/index.ts";
import { DEFAULT_PLAN } from "../../../src/domain/rollout/open-rollout.ts";
import type { MetricPlan } from "../../../src/domain/rollout/plan.ts";
import type { Random } from "../random.ts";
import { Outcome } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

const SESSIONS = 20_000;
const WEIGHTS = [0.05, 0.25];
/** Rates and times over the run, on both arms: nothing, or a rise to three times and back, twice. */
const WEATHERS = {
  constant: () => 1,
  drift: (share: number) => 1 + 2 * ((2 * share) % 1),
} as const;

interface Setting {
  readonly metric: "errors" | "latency" | "cost";
  /** Share of stable's sessions that fail, before the weather. */
  readonly failing: number;
  readonly weather: keyof typeof WEATHERS;
}

/** Stable fails so often that twice as much is one point more: at both margins of errors. */
const AT_BOTH = 0.01;
/** Here one point more is six times as much, and the ratio alone would certify nobody. */
const RARE = 0.002;

/** A session whose metric is worse on the candidate by exactly the margin at which "no worse" ends, the last of them. */
function drawSession(random: Random, { metric, weather, failing }: Setting, share: number): SessionOutcome {
  const step = Math.min(WEIGHTS.length - 1, Math.floor(share * WEIGHTS.length));
  const weight = WEIGHTS[step] ?? 0.25;
  const arm = random.chance(weight) ? "candidate" : "stable";
  const { noWorseRatio, noWorseOrPoints = 0 } = planOf(metric);
  const worse = arm === "candidate" ? noWorseRatio : 1;
  const base = WEATHERS[weather](share);
  const rate = failing * base;
  const worst = arm === "candidate" ? Math.max(noWorseRatio * rate, rate + noWorseOrPoints) : rate;
  const isFailed = metric === "errors" && random.chance(worst);
  const value = base * worse * random.lognormal(0.6);
  return {
    arm,
    epoch: step + 1,
    weight,
    failure: isFailed ? "provider" : null,
    latencyMs: isFailed ? null : 1_200 * value,
    firstTokenMs: null,
    costPico: isFailed ? 0 : 2e9 * value,
  };
}

function planOf(name: Setting["metric"]): MetricPlan {
  const plan = DEFAULT_PLAN.metrics.find(({ metric }) => metric === name);
  if (plan === undefined) throw new Error(`The default plan has no ${name}.`);
  return plan;
}

function wrongRun(setting: Setting, random: Random, outcome: Outcome): void {
  const tally = METRICS[setting.metric].create(planOf(setting.metric));
  const threshold = logThreshold(DEFAULT_PLAN.beta);
  for (let index = 0; index < SESSIONS; index += 1) {
    tally.add(drawSession(random, setting, index / SESSIONS));
    if (tally.logNoWorse() < threshold) continue;
    outcome.count("certified");
    outcome.note("sessionsAtDecision", index + 1);
    return;
  }
}

const wrong = (setting: Setting): Scenario => {
  const id = `wrong-promotion.${setting.failing === RARE ? "rare-" : ""}${setting.metric}.${setting.weather}`;
  const row = {
    name: id,
    isProduct: true,
    rolledBack: null,
    promoted: "certified",
    candidateSessions: "sessionsAtDecision",
  };
  return {
    name: id,
    fullRuns: 1_000,
    simulate: (random, runs) => {
      const outcome = new Outcome(id, runs, [row]);
      for (let left = runs; left > 0; left -= 1) wrongRun(setting, random, outcome);
      return [outcome];
    },
  };
};

/** Candidates that are worse by exactly the margin: certifying one is a wrong promotion. */
export const WRONG_PROMOTION: readonly Scenario[] = (
  [
    { metric: "errors", failing: AT_BOTH },
    { metric: "errors", failing: RARE },
    { metric: "latency", failing: 0 },
    { metric: "cost", failing: 0 },
  ] as const
).flatMap((one) => (["constant", "drift"] as const).map((weather) => wrong({ ...one, weather })));
