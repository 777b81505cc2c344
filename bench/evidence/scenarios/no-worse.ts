import { noWorseEventTest } from "../../../src/domain/evidence/event-test.ts";
import type { Random } from "../random.ts";
import { LOG_THRESHOLD, Outcome } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

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
  const row = {
    name: id,
    isProduct: true,
    rolledBack: null,
    promoted: "certified",
    candidateSessions: "candidateRequestsAtDecision",
  };
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
