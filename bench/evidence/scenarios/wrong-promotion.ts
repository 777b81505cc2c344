import type { SessionOutcome } from "../../../src/domain/evidence/evidence.ts";
import { logThreshold } from "../../../src/domain/evidence/thresholds.ts";
import { METRICS } from "../../../src/domain/evidence/metrics/index.ts";
import { DEFAULT_PLAN } from "../../../src/domain/rollout/open-rollout.ts";
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
  readonly weather: keyof typeof WEATHERS;
}

/** A session whose metric is worse on the candidate by exactly the margin at which "no worse" ends. */
function drawSession(random: Random, { metric, weather }: Setting, share: number): SessionOutcome {
  const step = Math.min(WEIGHTS.length - 1, Math.floor(share * WEIGHTS.length));
  const weight = WEIGHTS[step] ?? 0.25;
  const arm = random.chance(weight) ? "candidate" : "stable";
  const margin = DEFAULT_PLAN.metrics.find((one) => one.metric === metric)?.noWorseRatio ?? 1;
  const worse = arm === "candidate" ? margin : 1;
  const base = WEATHERS[weather](share);
  const isFailed = metric === "errors" && random.chance(0.01 * base * worse);
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

function wrongRun(setting: Setting, random: Random, outcome: Outcome): void {
  const plan = DEFAULT_PLAN.metrics.find(({ metric }) => metric === setting.metric);
  if (plan === undefined) throw new Error(`The default plan has no ${setting.metric}.`);
  const tally = METRICS[setting.metric].create(plan);
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
  const id = `wrong-promotion.${setting.metric}.${setting.weather}`;
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
export const WRONG_PROMOTION: readonly Scenario[] = (["errors", "latency", "cost"] as const).flatMap((metric) =>
  (["constant", "drift"] as const).map((weather) => wrong({ metric, weather })),
);
