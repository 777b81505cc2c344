import { AbEvidence } from "../../../src/domain/evidence/ab-evidence.ts";
import type { SessionOutcome } from "../../../src/domain/evidence/evidence.ts";
import { planAb } from "../../../src/domain/evidence/plan-ab.ts";
import { Evidence } from "../../../src/domain/evidence/running-evidence.ts";
import { SAMPLE_RATIO_ALPHA } from "../../../src/domain/evidence/sample-ratio.ts";
import { DEFAULT_PLAN } from "../../../src/domain/rollout/open-rollout.ts";
import type { AbPlan, MetricPlan } from "../../../src/domain/rollout/plan.ts";
import type { Random } from "../random.ts";
import { ALPHA, Outcome } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

const WEIGHT = 0.5;
const POWER = 0.8;
const SESSIONS = 100_000;
/** How often per run it is asked who has won; between two looks an e-process may cross and fall again. */
const LOOKS = 2_000;

/** A goal with a rate per session, and the smallest change of it that is looked for. */
interface Goal {
  readonly name: string;
  readonly metric: MetricPlan;
  readonly baseline: number;
  readonly effect: number;
  /** Rate of the candidate when it has the effect. */
  readonly improved: number;
}

const MARGINS = { harmRatio: 1.25, noWorseRatio: 2, share: 1, required: true, capPico: null } as const;

const ERRORS: Goal = {
  name: "errors",
  metric: { metric: "errors", ...MARGINS },
  baseline: 0.1,
  effect: 0.2,
  improved: 0.1 / 1.2,
};
const ORDERS: Goal = {
  name: "orders",
  metric: { metric: "business:orders", ...MARGINS, business: { type: "event", isGood: true }, withinMs: 86_400_000 },
  baseline: 0.05,
  effect: 0.2,
  improved: 0.06,
};

const sessionsFor = ({ metric, baseline, effect }: Goal): number =>
  planAb({ metric, weight: WEIGHT, alpha: ALPHA, power: POWER, baseline, effect });

const session = (arm: "stable" | "candidate", isFailed: boolean): SessionOutcome => ({
  arm,
  epoch: 1,
  weight: WEIGHT,
  failure: isFailed ? "provider" : null,
  latencyMs: isFailed ? null : 1,
  firstTokenMs: null,
  costPico: 1,
});

/** A run takes a hundred thousand sessions. */
const QUICK_RUNS = 200;
const FULL_RUNS = 2_000;

interface AbRun {
  readonly goal: Goal;
  readonly candidateRate: number;
  readonly sessions: number;
}

function abRun({ goal, candidateRate, sessions }: AbRun, random: Random, outcome: Outcome): void {
  const { metric, baseline, effect } = goal;
  const plan: AbPlan = { goal: metric.metric, winner: "promote", baseline, effect, power: POWER, sessions, days: 1 };
  const evidence = new AbEvidence(plan, metric, ALPHA);
  const every = Math.max(1, Math.floor(sessions / LOOKS));
  for (let index = 1; index <= sessions; index += 1) {
    const arm = random.chance(WEIGHT) ? "candidate" : "stable";
    const happened = random.chance(arm === "candidate" ? candidateRate : baseline);
    if (metric.business === undefined) evidence.add(session(arm, happened));
    else evidence.addDelayed(metric.metric, { arm, epoch: 1, weight: WEIGHT, value: happened ? 1 : 0 });
    if (index % every !== 0 && index !== sessions) continue;
    const { better, worse } = evidence.reading();
    if (!better.crossed && !worse.crossed) continue;
    outcome.count(better.crossed ? "candidateWon" : "stableWon");
    outcome.note("sessionsAtDecision", index);
    return;
  }
}

function abScenario(id: string, run: AbRun, fullRuns: number): Scenario {
  const row = {
    name: id,
    isProduct: true,
    rolledBack: "stableWon",
    promoted: "candidateWon",
    candidateSessions: "sessionsAtDecision",
  };
  return {
    name: id,
    fullRuns,
    ...(run.sessions === SESSIONS && { quickRuns: QUICK_RUNS }),
    simulate: (random, runs) => {
      const outcome = new Outcome(id, runs, [row]);
      for (let left = runs; left > 0; left -= 1) abRun(run, random, outcome);
      return [outcome];
    },
  };
}

/** The default plan over 100,000 sessions of two equal arms: nothing may be found, the lot included. */
function defaultPlanRun(random: Random, outcome: Outcome): void {
  const evidence = new Evidence(DEFAULT_PLAN);
  for (let index = 0; index < SESSIONS; index += 1) {
    const arm = random.chance(WEIGHT) ? "candidate" : "stable";
    const isFailed = random.chance(0.01);
    const drawn = session(arm, isFailed);
    evidence.assigned(arm, 1, WEIGHT);
    evidence.add({
      ...drawn,
      latencyMs: isFailed ? null : 1_200 * random.lognormal(0.6),
      costPico: isFailed ? 0 : 2e9 * random.lognormal(0.5),
    });
    if (evidence.logUnion() < evidence.threshold) continue;
    outcome.count("rolledBack");
    return;
  }
  const { sampleRatio, certified } = evidence.reading();
  if (sampleRatio.crossed) outcome.count("mismatch");
  if (certified) outcome.count("certified");
}

const defaultPlan: Scenario = {
  name: "aa.default-plan",
  fullRuns: FULL_RUNS,
  quickRuns: QUICK_RUNS,
  simulate: (random, runs) => {
    const row = {
      name: "aa.default-plan",
      isProduct: true,
      rolledBack: "rolledBack",
      promoted: "certified",
      candidateSessions: null,
    };
    const outcome = new Outcome("aa.default-plan", runs, [row]);
    for (let left = runs; left > 0; left -= 1) defaultPlanRun(random, outcome);
    return [outcome];
  },
};

/** A/A tests over 100,000 sessions, and a known lift with the number of sessions that was planned for it. */
export const AB: readonly Scenario[] = [
  defaultPlan,
  ...[ERRORS, ORDERS].flatMap((goal) => [
    abScenario(`aa.${goal.name}`, { goal, candidateRate: goal.baseline, sessions: SESSIONS }, FULL_RUNS),
    abScenario(`lift.${goal.name}`, { goal, candidateRate: goal.improved, sessions: sessionsFor(goal) }, 1_000),
  ]),
];

/** A/A tests: the ids, and the rates with the levels that they may not exceed. */
export const AA_RATES: readonly { readonly id: string; readonly rate: string; readonly level: number }[] = [
  { id: "aa.default-plan", rate: "rolledBack", level: ALPHA },
  { id: "aa.default-plan", rate: "mismatch", level: SAMPLE_RATIO_ALPHA },
  ...["aa.errors", "aa.orders"].flatMap((id) => [
    { id, rate: "candidateWon", level: ALPHA / 2 },
    { id, rate: "stableWon", level: ALPHA / 2 },
  ]),
];

/** Known lifts: the power that was planned for, with the sessions of the plan. */
export const LIFTS: readonly { readonly id: string; readonly power: number; readonly sessions: number }[] = [
  ERRORS,
  ORDERS,
].map((goal) => ({ id: `lift.${goal.name}`, power: POWER, sessions: sessionsFor(goal) }));
