import { oneSidedHalfWidth } from "../../../src/domain/evidence/asymptotic-interval.ts";
import type { Random } from "../random.ts";
import { ALPHA, Outcome } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";
import { quantileOfSorted } from "../statistics.ts";

const MEDIAN_S = 1.2;
const SIGMA = 0.6;
const WEIGHT = 0.05;
const Z_95 = 1.645;
const BASE_P99 = MEDIAN_S * Math.exp(SIGMA * 2.326);

/** Times of one minute in both arms. */
interface TimedMinute {
  readonly candidate: readonly number[];
  readonly stable: readonly number[];
}

/** A rule on times: looks once per minute and says whether it rolls back now. */
type TimeRule = (minute: TimedMinute) => boolean;

/** Flagger: the candidate's p99 of the minute above 1.2 times the usual one, or no request, is a failure; five roll back. */
function flaggerP99(): TimeRule {
  let failures = 0;
  return ({ candidate }) => {
    const isBad =
      candidate.length === 0 ||
      quantileOfSorted(
        candidate.toSorted((a, b) => a - b),
        0.99,
      ) >
        1.2 * BASE_P99;
    if (isBad) failures += 1;
    return failures >= 5;
  };
}

/** Running mean and variance (Welford). */
class Moments {
  n = 0;
  mean = 0;
  #squares = 0;

  add(value: number): void {
    this.n += 1;
    const off = value - this.mean;
    this.mean += off / this.n;
    this.#squares += off * (value - this.mean);
  }

  /** With n - 1 below (Welch), or n for the asymptotic sequence. */
  variance(divisor: number): number {
    return divisor > 0 ? this.#squares / divisor : 0;
  }
}

/** Takes a minute into the running moments of both arms. */
function watching(decide: (candidate: Moments, stable: Moments) => boolean): TimeRule {
  const [candidate, stable] = [new Moments(), new Moments()];
  return (minute) => {
    for (const value of minute.candidate) candidate.add(value);
    for (const value of minute.stable) stable.add(value);
    return decide(candidate, stable);
  };
}

/** Welch's t on everything so far, looked at every minute, from 10 candidate requests on. */
const peekedT = (): TimeRule =>
  watching((candidate, stable) => {
    if (candidate.n < 10) return false;
    const error = Math.sqrt(
      candidate.variance(candidate.n - 1) / candidate.n + stable.variance(stable.n - 1) / stable.n,
    );
    return error > 0 && candidate.mean - stable.mean > Z_95 * error;
  });

/** One-sided asymptotic confidence sequence for the difference of means, tightest at 5,000 requests. */
function asymptoticMeans(): TimeRule {
  const level = 2 * ALPHA;
  const rhoSquared = (-2 * Math.log(level) + Math.log(1 - 2 * Math.log(level))) / 5_000;
  return watching((candidate, stable) => {
    const [own, other] = [candidate.variance(candidate.n), stable.variance(stable.n)];
    if (!(own > 0 && other > 0)) return false;
    const n = candidate.n + stable.n;
    const sigma = Math.sqrt((own / candidate.n + other / stable.n) * n);
    return candidate.mean - stable.mean > oneSidedHalfWidth({ n, sigma, alpha: ALPHA, rhoSquared });
  });
}

const RULES = [
  { name: "flagger-p99", begin: flaggerP99 },
  { name: "peek-t", begin: peekedT },
  { name: "asympcs-5000", begin: asymptoticMeans },
] as const;

interface Truth {
  readonly name: string;
  readonly multiplier: number;
  /** Both arms twice as slow in minutes 20 to 30. */
  readonly incident: boolean;
}

interface Setting {
  /** Per minute, both arms. */
  readonly requests: number;
  readonly truth: Truth;
}

function drawMinute(
  random: Random,
  { requests, truth: { multiplier, incident } }: Setting,
  minute: number,
): TimedMinute {
  const base = MEDIAN_S * (incident && minute >= 20 && minute < 30 ? 2 : 1);
  const draw = (mean: number, factor: number): number[] =>
    Array.from({ length: random.poisson(mean) }, () => base * factor * random.lognormal(SIGMA));
  return { candidate: draw(requests * WEIGHT, multiplier), stable: draw(requests * (1 - WEIGHT), 1) };
}

function peers(requests: number, truth: Truth): Scenario {
  const prefix = `latency.R${requests}.${truth.name}`;
  const begin = (name: string, runs: number): Outcome => {
    const id = `${prefix}.${name}`;
    const row = {
      name: id,
      isProduct: false,
      rolledBack: "by60",
      promoted: null,
      candidateSessions: "candidateRequestsAtDecision",
    };
    return new Outcome(id, runs, [row]);
  };
  return {
    name: `${prefix}.peers`,
    fullRuns: requests === 1_000 ? 120 : 500,
    simulate: (random, runs) => {
      const outcomes = RULES.map(({ name }) => begin(name, runs));
      for (let run = 0; run < runs; run += 1) {
        const open = new Map(RULES.map((rule, index) => [rule.begin(), outcomes[index]] as const));
        let candidates = 0;
        for (let minute = 0; minute < 60 && open.size > 0; minute += 1) {
          const drawn = drawMinute(random, { requests, truth }, minute);
          candidates += drawn.candidate.length;
          for (const [rule, outcome] of open) {
            if (!rule(drawn)) continue;
            open.delete(rule);
            outcome?.count("by60");
            if (minute < 10) outcome?.count("by10");
            outcome?.note("candidateRequestsAtDecision", candidates);
          }
        }
      }
      return outcomes;
    },
  };
}

/** Scenario B with the rules of other products on latency. */
export const LATENCY_PEERS: readonly Scenario[] = [100, 1_000].flatMap((requests) => [
  peers(requests, { name: "lat-none", multiplier: 1, incident: false }),
  peers(requests, { name: "lat-plus30", multiplier: 1.3, incident: false }),
  peers(requests, { name: "lat-x2-both", multiplier: 1, incident: true }),
]);
