import { Evidence } from "../../../src/domain/evidence/running-evidence.ts";
import type { SessionOutcome } from "../../../src/domain/evidence/evidence.ts";
import { DEFAULT_PLAN } from "../../../src/domain/rollout/open-rollout.ts";
import type { MetricName } from "../../../src/domain/rollout/plan.ts";
import type { Random } from "../random.ts";
import { Outcome } from "../scenario.ts";
import type { Row, Scenario } from "../scenario.ts";

/** A candidate: failure rate, and its times and costs as multiples of those of stable. */
interface Candidate {
  readonly failures: number;
  readonly time: number;
  readonly cost: number;
  /** Share of answers that say nothing; those take and cost a tenth. */
  readonly empty: number;
  /** Share of sessions that take, or cost, `runaway.times` as much. */
  readonly runaway: { readonly of: "time" | "cost"; readonly share: number; readonly times: number };
}

/** What both arms go through at a time, as a share of the whole run. */
interface Weather {
  readonly failures: number;
  readonly time: number;
  readonly cost: number;
}

interface Setting {
  readonly id: string;
  readonly sessions: number;
  readonly weights: readonly number[];
  readonly candidate: Partial<Candidate>;
  readonly weather: (share: number) => Partial<Weather>;
  /** Absent is what serves for all others. */
  readonly fullRuns?: number;
  readonly quickTimes?: number;
}

const BASE: Weather = { failures: 0.01, time: 1, cost: 1 };
const MEDIAN_MS = 1_200;
const MEDIAN_PICO = 2e9;

/** How often per run it is asked whether the candidate is certified. */
const READINGS = 40;

function drawSession(setting: Setting, index: number, random: Random): SessionOutcome {
  const { sessions, weights, candidate, weather } = setting;
  const epoch = Math.floor((index / sessions) * weights.length);
  const weight = weights[epoch] ?? 0.5;
  const base = { ...BASE, ...weather(index / sessions) };
  const arm = random.chance(weight) ? "candidate" : "stable";
  const own = arm === "candidate" ? candidate : {};
  const isFailed = random.chance(own.failures ?? base.failures);
  const isEmpty = own.empty !== undefined && random.chance(own.empty);
  const part = isEmpty ? 0.1 : 1;
  const { runaway } = own;
  const more = runaway !== undefined && random.chance(runaway.share) ? runaway.times : 1;
  const timesOf = (of: "time" | "cost"): number => part * base[of] * (own[of] ?? 1) * (runaway?.of === of ? more : 1);
  const latencyMs = MEDIAN_MS * timesOf("time") * random.lognormal(0.6);
  const costPico = MEDIAN_PICO * timesOf("cost") * random.lognormal(0.5);
  return {
    arm,
    epoch,
    weight,
    failure: isFailed ? "provider" : null,
    latencyMs: isFailed ? null : latencyMs,
    firstTokenMs: null,
    // Providers do not bill an answer that never came.
    costPico: isFailed ? 0 : costPico,
    ...(isEmpty && !isFailed && { invalid: true }),
  };
}

/** One rollout under the default policy, watched to the end also when it is certified before. */
function productRun(setting: Setting, random: Random, outcome: Outcome): void {
  const evidence = new Evidence(DEFAULT_PLAN);
  const certified = new Set<MetricName>();
  const every = Math.floor(setting.sessions / READINGS);
  for (let index = 0; index < setting.sessions; index += 1) {
    evidence.add(drawSession(setting, index, random));
    if (evidence.logUnion() >= evidence.threshold) {
      outcome.count("rolledBack");
      outcome.note("candidateSessions", evidence.reading().sessions.candidate);
      return;
    }
    if (index % every !== every - 1) continue;
    for (const { metric, noWorse } of evidence.reading().metrics) if (noWorse.crossed) certified.add(metric);
  }
  if (DEFAULT_PLAN.metrics.every(({ metric, required }) => !required || certified.has(metric)))
    outcome.count("promoted");
}

function product(setting: Setting): Scenario {
  const row: Row = {
    name: setting.id,
    isProduct: true,
    rolledBack: "rolledBack",
    promoted: "promoted",
    candidateSessions: "candidateSessions",
  };
  return {
    name: setting.id,
    fullRuns: setting.fullRuns ?? 2_000,
    quickTimes: setting.quickTimes ?? 1,
    simulate: (random, runs) => {
      const outcome = new Outcome(setting.id, runs, [row]);
      for (let run = 0; run < runs; run += 1) productRun(setting, random, outcome);
      return [outcome];
    },
  };
}

/** Rates six times as high at the end; times and costs rise threefold twice over and fall back. */
const drift = (share: number): Partial<Weather> => {
  const sawTooth = 1 + 2 * ((2 * share) % 1);
  return { failures: 0.005 + 0.025 * share, time: sawTooth, cost: sawTooth };
};

/** A provider that fails one session in five and is twice as slow for a twelfth of the time. */
const incident = (share: number): Partial<Weather> =>
  share >= 1 / 3 && share < 5 / 12 ? { failures: 0.2, time: 2 } : {};

/** Nothing fails, as for most newcomers. */
const spotless = (): Partial<Weather> => ({ failures: 0 });

const calm = (): Partial<Weather> => ({});

const SAME: Setting = { id: "", sessions: 12_000, weights: [0.25], candidate: {}, weather: calm };
const RAMP = [0.01, 0.05, 0.25, 0.5];

/** The whole accumulator with the default policy, looked at after every session. */
export const PRODUCT: readonly Scenario[] = [
  product({ ...SAME, id: "product.none.constant" }),
  product({ ...SAME, id: "product.none.spotless", weather: spotless }),
  product({ ...SAME, id: "product.none.drift", weather: drift }),
  product({ ...SAME, id: "product.none.incident", weather: incident }),
  product({ ...SAME, id: "product.none.ramp", weights: RAMP, sessions: 40_000 }),
  product({ ...SAME, id: "product.none.ramp-drift", weights: RAMP, sessions: 40_000, weather: drift }),
  // A median is promised, and one of 2,000 runs is off by a session or two, one of 400 by three.
  product({
    ...SAME,
    id: "product.1to10.errors",
    weights: [0.05],
    candidate: { failures: 0.1 },
    fullRuns: 10_000,
    quickTimes: 10,
  }),
  product({ ...SAME, id: "product.x1.5.latency", weights: [0.05], candidate: { time: 1.5 } }),
  product({ ...SAME, id: "product.x1.5.cost", weights: [0.05], candidate: { cost: 1.5 } }),
  product({ ...SAME, id: "product.one-in-ten-empty", candidate: { empty: 0.1 } }),
  product({
    ...SAME,
    id: "product.one-in-twenty.x100.cost",
    candidate: { runaway: { of: "cost", share: 0.05, times: 100 } },
  }),
  product({
    ...SAME,
    id: "product.one-in-ten.x10.latency",
    candidate: { runaway: { of: "time", share: 0.1, times: 10 } },
  }),
];

/** Ids of those in which errors, latency and cost see nothing, and the candidate is to be rolled back all the same. */
export const PRODUCT_HIDDEN: readonly string[] = PRODUCT.map(({ name }) => name).filter((name) =>
  name.includes(".one-in-"),
);

/** Ids of the scenarios in which the candidate is no different. */
export const PRODUCT_NULLS: readonly string[] = PRODUCT.map(({ name }) => name).filter((name) =>
  name.startsWith("product.none."),
);
