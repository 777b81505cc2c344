import { rankShare } from "../../../src/domain/evidence/block-rank.ts";
import { cappedDifference, cappedHarmWealth } from "../../../src/domain/evidence/capped-mean.ts";
import { BOUNDED_LAMBDA } from "../../../src/domain/evidence/grids.ts";
import { LogWealth } from "../../../src/domain/evidence/log-wealth.ts";
import type { Random } from "../random.ts";
import { LOG_THRESHOLD, Outcome } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

const SIGMA = 1;

/** The 99th percentile of the base cost. */
const CAP = Math.exp(2.326);

interface CostSetting {
  readonly multiplier: number;
  readonly controls: number;
}

function costRun({ multiplier, controls }: CostSetting, random: Random, outcomes: readonly [Outcome, Outcome]): void {
  const capped = { outcome: outcomes[0], wealth: cappedHarmWealth(0), isDecided: false };
  const rankBets = BOUNDED_LAMBDA.map((bet) => 2 * bet);
  const rank = { outcome: outcomes[1], wealth: new LogWealth(rankBets), isDecided: false };
  const candidate = new Float64Array(1);
  const stable = new Float64Array(controls);
  const block = { candidate, stable };
  for (let values = 1; values <= 3_000; values += 1) {
    candidate[0] = multiplier * random.lognormal(SIGMA);
    for (let index = 0; index < controls; index += 1) stable[index] = random.lognormal(SIGMA);
    capped.wealth.bet(cappedDifference(block, CAP, 0));
    rank.wealth.bet(rankShare(block, 1) - 0.5);
    for (const test of [capped, rank]) {
      if (test.isDecided || test.wealth.logE() < LOG_THRESHOLD) continue;
      test.isDecided = true;
      test.outcome.count("rollback");
      test.outcome.note("candidateSessionsAtDecision", values);
    }
    if (capped.isDecided && rank.isDecided) return;
  }
}

function cost(multiplier: number, controls: number): Scenario {
  const id = `cost.x${multiplier.toFixed(1)}.controls${controls}`;
  const begin = (method: string, runs: number): Outcome => {
    const name = `${id}.${method}`;
    const row = {
      name,
      isProduct: true,
      rolledBack: "rollback",
      promoted: null,
      candidateSessions: "candidateSessionsAtDecision",
    };
    return new Outcome(name, runs, [row]);
  };
  return {
    name: id,
    fullRuns: 600,
    simulate: (random, runs) => {
      const outcomes = [begin("capped-mean-e", runs), begin("rank-e-pair", runs)] as const;
      for (let run = 0; run < runs; run += 1) costRun({ multiplier, controls }, random, outcomes);
      return outcomes;
    },
  };
}

/** Scenario H: cost with a heavy tail. */
export const COST: readonly Scenario[] = [cost(1, 1), cost(1.2, 1), cost(1.5, 1), cost(1.2, 19)];
