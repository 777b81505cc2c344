import { rankShare, rankWealth } from "../../../src/domain/evidence/block-rank.ts";
import { Blocks } from "../../../src/domain/evidence/blocks.ts";
import { EventTest } from "../../../src/domain/evidence/event-test.ts";
import type { Random } from "../random.ts";
import { LOG_THRESHOLD, Outcome } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { quantileOfSorted } from "../statistics.ts";

/** Lognormal times: median 1.2 s, σ 0.6. */
const MEDIAN_S = 1.2;
const SIGMA = 0.6;
const WEIGHT = 0.05;

const row = (id: string, rolledBack: string) => ({
  name: id,
  isProduct: true,
  rolledBack,
  promoted: null,
  candidateSessions: "candidateRequestsAtDecision",
});

interface TailSetting {
  readonly id: string;
  readonly requestsPerMinute: number;
  /** Of the candidate's times. */
  readonly multiplier: number;
  /** Both arms twice as slow in minutes 20 to 30. */
  readonly incident: boolean;
}

/** The last 500 stable values, and their 90th percentile. */
class RecentStable {
  readonly #values = new Float64Array(500);
  #count = 0;

  add(value: number): void {
    this.#values[this.#count % this.#values.length] = value;
    this.#count += 1;
  }

  /** Infinity, which nothing exceeds, before there are 50 values. */
  p90(): number {
    if (this.#count < 50) return Infinity;
    return quantileOfSorted(this.#values.subarray(0, this.#count).toSorted(), 0.9);
  }
}

/**
 * Event: slower than the p90 of stable before this minute. Here the reference looks after every event, and counts
 * the candidate's requests up to the end of the deciding minute.
 */
function tailRun(setting: TailSetting, random: Random, outcome: Outcome): void {
  const test = new EventTest(1, [1.25, 1.5, 2, 3, 5]);
  const counts = { weight: WEIGHT, candidate: 0, stable: 0 };
  const recent = new RecentStable();
  let candidates = 0;
  let isDecided = false;
  for (let minute = 0; minute < 60 && !isDecided; minute += 1) {
    const threshold = recent.p90();
    const base = MEDIAN_S * (setting.incident && minute >= 20 && minute < 30 ? 2 : 1);
    for (let left = random.poisson(setting.requestsPerMinute); left > 0; left -= 1) {
      const isCandidate = random.chance(WEIGHT);
      const value = base * random.lognormal(SIGMA) * (isCandidate ? setting.multiplier : 1);
      if (isCandidate) candidates += 1;
      else recent.add(value);
      if (value <= threshold || isDecided) continue;
      counts[isCandidate ? "candidate" : "stable"] += 1;
      isDecided = test.logE([counts]) >= LOG_THRESHOLD;
    }
    if (isDecided && minute < 10) outcome.count("by10");
  }
  if (!isDecided) return;
  outcome.count("by60");
  outcome.note("candidateRequestsAtDecision", candidates);
}

function tail(truth: string, requestsPerMinute: number, terms: Partial<TailSetting>): Scenario {
  const id = `latency.R${requestsPerMinute}.${truth}.tail-e`;
  const setting: TailSetting = { id, requestsPerMinute, multiplier: 1, incident: false, ...terms };
  return {
    name: id,
    fullRuns: requestsPerMinute === 1_000 ? 120 : 500,
    simulate: (random, runs) => {
      const outcome = new Outcome(id, runs, [row(id, "by60")]);
      for (let run = 0; run < runs; run += 1) tailRun(setting, random, outcome);
      return [outcome];
    },
  };
}

/** Scenario B: exceedance of a past percentile. */
export const TAIL: readonly Scenario[] = [100, 1_000].flatMap((requestsPerMinute) => [
  tail("lat-none", requestsPerMinute, {}),
  tail("lat-plus30", requestsPerMinute, { multiplier: 1.3 }),
  tail("lat-x2-both", requestsPerMinute, { incident: true }),
]);

interface BlockSetting {
  readonly requestsPerMinute: number;
  readonly hours: number;
  readonly weight: number;
  readonly multiplier: number;
  /** Median at a time in hours. */
  readonly base: (hours: number) => number;
  /** Sessions of a block with the id of its entry: several sizes on the same draws. */
  readonly sizes: readonly { readonly size: number; readonly id: string }[];
}

/** One test of one run: shipped blocks, shipped ranks, shipped wealth, a look after every block. */
class BlockRun {
  #candidates = 0;
  isDecided = false;
  readonly #blocks: Blocks;

  constructor(size: number, outcome: Outcome) {
    const wealth = rankWealth();
    this.#blocks = new Blocks(
      (block) => {
        wealth.bet(rankShare(block, 1) - 0.5);
        if (this.isDecided || wealth.logE() < LOG_THRESHOLD) return;
        this.isDecided = true;
        outcome.count("rollback");
        outcome.note("candidateRequestsAtDecision", this.#candidates);
      },
      () => size,
    );
  }

  add(session: Parameters<Blocks["add"]>[0], value: number): void {
    if (session.arm === "candidate") this.#candidates += 1;
    this.#blocks.add(session, value);
  }
}

function blockRun(
  { requestsPerMinute, hours, weight, multiplier, base }: BlockSetting,
  random: Random,
  tests: readonly BlockRun[],
): void {
  const requests = requestsPerMinute * 60 * hours;
  const sessions = {
    candidate: { arm: "candidate", epoch: 1, weight },
    stable: { arm: "stable", epoch: 1, weight },
  } as const;
  for (let index = 0; index < requests; index += 1) {
    const isCandidate = random.chance(weight);
    const value = base((index / requests) * hours) * random.lognormal(SIGMA) * (isCandidate ? multiplier : 1);
    for (const test of tests) test.add(isCandidate ? sessions.candidate : sessions.stable, value);
    if (index % 1_000 === 999 && tests.every(({ isDecided }) => isDecided)) return;
  }
}

const blocks = (setting: BlockSetting, fullRuns: number): Scenario => ({
  name: setting.sizes.map(({ id }) => id).join("+"),
  fullRuns,
  simulate: (random, runs) => {
    const outcomes = setting.sizes.map(({ id }) => new Outcome(id, runs, [row(id, "rollback")]));
    for (let run = 0; run < runs; run += 1) {
      const tests = outcomes.map((outcome, index) => new BlockRun(setting.sizes[index]?.size ?? 0, outcome));
      blockRun(setting, random, tests);
    }
    return outcomes;
  },
});

const constant = (): number => 1;
const sawTooth = (hours: number): number => 1 + 2 * (hours % 1);
const sine = (hours: number): number => 1 + 0.8 * Math.sin(2 * Math.PI * hours);
const twiceForTenMinutes = (hours: number): number => (hours >= 1 / 3 && hours < 0.5 ? 2 : 1);

const NULL_TERMS = { weight: WEIGHT, multiplier: 1 };
const sizesOf = (prefix: string, sizes: readonly number[]) =>
  sizes.map((size) => ({ size, id: `${prefix}.B${size}.rank-e-fix` }));

/** Scenario C: fixed blocks, with and without drift. */
export const BLOCKS: readonly Scenario[] = [
  blocks(
    {
      ...NULL_TERMS,
      requestsPerMinute: 1,
      hours: 24,
      base: sawTooth,
      sizes: sizesOf("blocks.R1.w0.05.x1.0.drift-saw", [40]),
    },
    600,
  ),
  blocks(
    {
      ...NULL_TERMS,
      requestsPerMinute: 5,
      hours: 12,
      base: sawTooth,
      sizes: sizesOf("blocks.R5.w0.05.x1.0.drift-saw", [40]),
    },
    600,
  ),
  blocks(
    {
      ...NULL_TERMS,
      requestsPerMinute: 1,
      hours: 24,
      base: sine,
      sizes: sizesOf("blocks.R1.w0.05.x1.0.drift-0.8", [40]),
    },
    600,
  ),
  blocks(
    {
      ...NULL_TERMS,
      requestsPerMinute: 100,
      hours: 1,
      base: constant,
      sizes: sizesOf("blocks.R100.w0.05.x1.0.drift-0.0", [40]),
    },
    1_000,
  ),
  blocks(
    {
      ...NULL_TERMS,
      requestsPerMinute: 1_000,
      hours: 1,
      base: constant,
      sizes: sizesOf("blocks.R1000.w0.05.x1.none", [20, 40]),
    },
    2_000,
  ),
  blocks(
    {
      ...NULL_TERMS,
      requestsPerMinute: 1_000,
      hours: 1,
      base: twiceForTenMinutes,
      sizes: sizesOf("blocks.R1000.w0.05.x1.x2", [20, 40]),
    },
    2_000,
  ),
  blocks(
    {
      ...NULL_TERMS,
      multiplier: 1.3,
      requestsPerMinute: 100,
      hours: 1,
      base: constant,
      sizes: sizesOf("blocks.R100.w0.05.x1.3.drift-0.0", [20, 40, 80]),
    },
    600,
  ),
  blocks(
    {
      weight: 0.5,
      multiplier: 1.3,
      requestsPerMinute: 100,
      hours: 1,
      base: constant,
      sizes: sizesOf("blocks.R100.w0.5.x1.3.drift-0.0", [4, 8]),
    },
    300,
  ),
];
