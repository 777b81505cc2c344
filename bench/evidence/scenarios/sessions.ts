import { harmEventTest, noWorseEventTest } from "../../../src/domain/evidence/event-test.ts";
import type { EventTest } from "../../../src/domain/evidence/event-test.ts";
import { Union } from "../../../src/domain/evidence/union.ts";
import { addMinute, isSignificant, NO_REQUESTS } from "../peers.ts";
import type { Random } from "../random.ts";
import { ALPHA, LOG_THRESHOLD, Outcome, rollbackRow } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

/** A harm test under one weight that looks after every event. */
export class EventRun {
  readonly #test: EventTest;
  readonly #counts;
  hasCrossed = false;

  constructor(weight: number, test: EventTest = harmEventTest(1)) {
    this.#test = test;
    this.#counts = { weight, candidate: 0, stable: 0 };
  }

  add(arm: "candidate" | "stable", times = 1): void {
    if (this.hasCrossed) return;
    for (let left = times; left > 0; left -= 1) {
      this.#counts[arm] += 1;
      this.hasCrossed ||= this.logE() >= LOG_THRESHOLD;
    }
  }

  logE(): number {
    return this.#test.logE([this.#counts]);
  }
}

interface Clusters {
  readonly id: string;
  readonly weight: number;
  readonly badShare: number;
  readonly failureRate: number;
}

function clusterRun({ weight, badShare, failureRate }: Clusters, random: Random, outcome: Outcome): void {
  const bySession = new EventRun(weight);
  const byRequest = new EventRun(weight);
  for (let session = 0; session < 1_200; session += 1) {
    const arm = random.chance(weight) ? "candidate" : "stable";
    const turns = random.geometric(5);
    if (!random.chance(badShare)) continue;
    let failed = 0;
    for (let turn = 0; turn < turns; turn += 1) failed += random.chance(failureRate) ? 1 : 0;
    byRequest.add(arm, failed);
    bySession.add(arm, Math.min(1, failed));
  }
  if (bySession.hasCrossed) outcome.count("falseRollbackSessionUnit");
  if (byRequest.hasCrossed) outcome.count("falseRollbackRequestUnit");
}

const clusters = (setting: Clusters): Scenario => ({
  name: setting.id,
  fullRuns: 3_000,
  simulate: (random, runs) => {
    const outcome = new Outcome(setting.id, runs, [
      rollbackRow(`${setting.id}.session-unit`, true, "falseRollbackSessionUnit"),
      rollbackRow(`${setting.id}.request-unit`, false, "falseRollbackRequestUnit"),
    ]);
    for (let run = 0; run < runs; run += 1) clusterRun(setting, random, outcome);
    return [outcome];
  },
});

/** Scenario D: failures that come in clusters. */
export const CLUSTERS: readonly Scenario[] = [
  clusters({ id: "clustering.w0.05.badSessions0.02.errorRate0.5", weight: 0.05, badShare: 0.02, failureRate: 0.5 }),
  clusters({ id: "clustering.w0.05.badSessions0.01.errorRate1.0", weight: 0.05, badShare: 0.01, failureRate: 1 }),
  clusters({ id: "clustering.w0.5.badSessions0.01.errorRate1.0", weight: 0.5, badShare: 0.01, failureRate: 1 }),
];

const RAMP_WEIGHTS = [0.01, 0.05, 0.25, 0.5];

function rampRun(random: Random, outcome: Outcome): void {
  const test = harmEventTest(1);
  const epochs = RAMP_WEIGHTS.map((weight) => ({ weight, candidate: 0, stable: 0 }));
  let total = NO_REQUESTS;
  const seen = new Set<string>();
  for (let minute = 0; minute < 60; minute += 1) {
    const epoch = epochs[Math.floor(minute / 15)];
    if (epoch === undefined) continue;
    const rate = 0.005 + (0.025 * minute) / 60;
    const candidateFailed = random.poisson(1_000 * epoch.weight * rate);
    const stableFailed = random.poisson(1_000 * (1 - epoch.weight) * rate);
    epoch.candidate += candidateFailed;
    epoch.stable += stableFailed;
    total = addMinute(total, {
      candidateFailed,
      stableFailed,
      candidate: candidateFailed + random.poisson(1_000 * epoch.weight * (1 - rate)),
      stable: stableFailed + random.poisson(1_000 * (1 - epoch.weight) * (1 - rate)),
    });
    if (test.logE(epochs) >= LOG_THRESHOLD) seen.add("harmEWithEpochWeights");
    const pooled = { weight: epoch.weight, candidate: total.candidateFailed, stable: total.stableFailed };
    if (test.logE([pooled]) >= LOG_THRESHOLD) seen.add("harmEWithCurrentWeightOnly");
    if (total.candidate >= 30 && isSignificant(total)) seen.add("pooledZPeek");
  }
  if (isSignificant(total)) seen.add("pooledZEnd");
  for (const rate of seen) outcome.count(rate);
}

/** Scenario E: a ramp while the base rate rises on both arms. */
export const RAMP: Scenario = {
  name: "ramp.drift",
  fullRuns: 4_000,
  simulate: (random, runs) => {
    const outcome = new Outcome("ramp.drift", runs, [
      rollbackRow("ramp.drift.epoch-weights", true, "harmEWithEpochWeights"),
      rollbackRow("ramp.drift.current-weight-only", false, "harmEWithCurrentWeightOnly"),
      rollbackRow("ramp.drift.pooled-z-end", false, "pooledZEnd"),
      rollbackRow("ramp.drift.pooled-z-peek", false, "pooledZPeek"),
    ]);
    for (let run = 0; run < runs; run += 1) rampRun(random, outcome);
    return [outcome];
  },
};

interface NoWorse {
  readonly weight: number;
  readonly rate: number;
  readonly ratio: number;
}

function noWorseRun({ weight, rate, ratio }: NoWorse, random: Random, outcome: Outcome): void {
  const test = noWorseEventTest(ratio);
  const counts = { weight, candidate: 0, stable: 0 };
  let candidates = 0;
  let stables = 0;
  for (let minute = 0; minute < 2_000; minute += 1) {
    const [candidate, stable] = [random.poisson(100 * weight * rate), random.poisson(100 * (1 - weight) * rate)];
    counts.candidate += candidate;
    counts.stable += stable;
    candidates += candidate + random.poisson(100 * weight * (1 - rate));
    stables += stable + random.poisson(100 * (1 - weight) * (1 - rate));
    if (candidate + stable === 0 || test.logE([counts]) < LOG_THRESHOLD) continue;
    outcome.count("certified");
    outcome.note("totalRequestsAtDecision", candidates + stables);
    outcome.note("candidateRequestsAtDecision", candidates);
    return;
  }
}

const noWorse = (setting: NoWorse): Scenario => {
  const id = `ni.w${setting.weight}.p${setting.rate}.r1_${setting.ratio.toFixed(1)}`;
  const row = { name: id, isProduct: true, rolledBack: null, promoted: "certified", candidateSessions: "candidateRequestsAtDecision" };
  return {
    name: id,
    fullRuns: 600,
    simulate: (random, runs) => {
      const outcome = new Outcome(id, runs, [row]);
      for (let run = 0; run < runs; run += 1) noWorseRun(setting, random, outcome);
      return [outcome];
    },
  };
};

/** Scenario F: a candidate that is no worse is certified. */
export const NO_WORSE: readonly Scenario[] = [0.05, 0.25, 0.5].flatMap((weight) => [
  noWorse({ weight, rate: 0.01, ratio: 2 }),
  noWorse({ weight, rate: 0.05, ratio: 1.5 }),
]);

const NESTED_RATES = [0.01, 0.02, 0.05, 0.1];

function nestedRun(random: Random, outcome: Outcome): void {
  const tests = NESTED_RATES.map(() => new EventRun(0.05));
  const union = new Union(NESTED_RATES.map(() => 1 / NESTED_RATES.length));
  const logs = NESTED_RATES.map(() => 0);
  const seen = new Set<string>();
  for (let session = 0; session < 2_000; session += 1) {
    const arm = random.chance(0.05) ? "candidate" : "stable";
    const u = random.uniform();
    if (u >= 0.1) continue;
    for (const [index, test] of tests.entries()) {
      if (u >= (NESTED_RATES[index] ?? 0)) continue;
      test.hasCrossed = false;
      test.add(arm);
      logs[index] = test.logE();
    }
    const largest = Math.max(...logs);
    if (largest >= LOG_THRESHOLD) seen.add("uncorrected");
    if (largest >= Math.log(NESTED_RATES.length / ALPHA)) seen.add("bonferroni");
    if (union.logR((index) => logs[index] ?? 0) >= LOG_THRESHOLD) seen.add("averageOfE");
  }
  for (const rate of seen) outcome.count(rate);
}

/** Scenario I: four nested metrics. */
export const MANY_METRICS: Scenario = {
  name: "many-metrics.four-nested",
  fullRuns: 1_500,
  simulate: (random, runs) => {
    const outcome = new Outcome("many-metrics.four-nested", runs, [
      rollbackRow("many-metrics.four-nested.average", true, "averageOfE"),
      rollbackRow("many-metrics.four-nested.bonferroni", false, "bonferroni"),
      rollbackRow("many-metrics.four-nested.uncorrected", false, "uncorrected"),
    ]);
    for (let run = 0; run < runs; run += 1) nestedRun(random, outcome);
    return [outcome];
  },
};

function fallbackRun(random: Random, outcome: Outcome): void {
  const intentionToTreat = new EventRun(0.05);
  const excluded = new EventRun(0.05);
  let candidates = 0;
  for (let session = 0; session < 20_000 && !intentionToTreat.hasCrossed; session += 1) {
    const arm = random.chance(0.05) ? "candidate" : "stable";
    if (arm === "candidate") candidates += 1;
    if (!random.chance(arm === "candidate" ? 0.1 : 0.01)) continue;
    intentionToTreat.add(arm);
    // Every failure of the candidate is repaired, so its session is mixed and left out.
    if (arm === "stable") excluded.add(arm);
  }
  if (intentionToTreat.hasCrossed) outcome.note("candidateSessions", candidates);
  if (intentionToTreat.hasCrossed) outcome.count("detectedIntentionToTreat");
  if (excluded.hasCrossed) outcome.count("detectedWithMixedSessionsExcluded");
}

/** Scenario K: a fallback repairs what the candidate breaks. */
export const FALLBACK: Scenario = {
  name: "fallback.itt",
  fullRuns: 200,
  simulate: (random, runs) => {
    const row = rollbackRow("fallback.itt.assigned-release", true, "detectedIntentionToTreat");
    const outcome = new Outcome("fallback.itt", runs, [
      { ...row, candidateSessions: "candidateSessions" },
      rollbackRow("fallback.itt.mixed-sessions-excluded", false, "detectedWithMixedSessionsExcluded"),
    ]);
    for (let run = 0; run < runs; run += 1) fallbackRun(random, outcome);
    return [outcome];
  },
};
