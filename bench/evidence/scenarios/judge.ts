import { Blocks } from "../../../src/domain/evidence/blocks.ts";
import { boundedHarmWealth, boundedNoWorseWealth } from "../../../src/domain/evidence/bounded-mean.ts";
import { LogWealth } from "../../../src/domain/evidence/log-wealth.ts";
import type { Random } from "../random.ts";
import { LOG_THRESHOLD, Outcome, rollbackRow } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

/** Score of a judge with this mean, before one answer in twenty gets no point at all. */
const score = (random: Random, mean: number): number =>
  random.chance(0.05) ? 0 : random.beta(10 * mean, 10 * (1 - mean));

interface Judged {
  readonly id: string;
  /** Of the nominal mean, 0.8. */
  readonly drop: number;
  readonly margin: number;
}

function judgeRun({ drop, margin }: Judged, random: Random, outcome: Outcome): void {
  const harm = boundedHarmWealth();
  const noWorse = boundedNoWorseWealth(margin);
  for (let pair = 1; pair <= 4_000; pair += 1) {
    const difference = score(random, 0.8 - drop) - score(random, 0.8);
    harm.bet(-difference);
    noWorse.bet(difference + margin);
    const isHarm = harm.logE() >= LOG_THRESHOLD;
    if (!isHarm && noWorse.logE() < LOG_THRESHOLD) continue;
    outcome.count(isHarm ? "rollback" : "certified");
    outcome.note("pairsAtDecision", pair);
    return;
  }
  outcome.count("undecided");
}

const judged = (setting: Judged): Scenario => ({
  name: setting.id,
  fullRuns: 1_500,
  simulate: (random, runs) => {
    const row = {
      name: setting.id,
      isProduct: true,
      rolledBack: "rollback",
      promoted: "certified",
      candidateSessions: "pairsAtDecision",
    };
    const outcome = new Outcome(setting.id, runs, [row]);
    for (let run = 0; run < runs; run += 1) judgeRun(setting, random, outcome);
    return [outcome];
  },
});

/** Scenario G: scores of a judge. The id names the true drop. */
export const JUDGE: readonly Scenario[] = [
  judged({ id: "judge.drop0.0.m0.05", drop: 0, margin: 0.05 }),
  judged({ id: "judge.drop0.05.m0.05", drop: 0.0526, margin: 0.05 }),
  judged({ id: "judge.drop0.0997.m0.05", drop: 0.105, margin: 0.05 }),
  judged({ id: "judge.drop0.0.m0.02", drop: 0, margin: 0.02 }),
];

const BETS = [0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9];
const twoSided = (): LogWealth => new LogWealth([...BETS, ...BETS.map((bet) => -bet)]);

const SESSIONS = {
  candidate: { arm: "candidate", epoch: 1, weight: 0.5 },
  stable: { arm: "stable", epoch: 1, weight: 0.5 },
} as const;

const meanOf = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

function delayRun(random: Random, outcome: Outcome): void {
  const seen = new Set<string>();
  const closed = twoSided();
  const blocks = new Blocks(
    ({ candidate, stable }) => {
      closed.bet(meanOf(candidate) - meanOf(stable));
      if (closed.logE() >= LOG_THRESHOLD) seen.add("closedBlocks");
    },
    () => 20,
  );
  const arrivals: { readonly arm: "candidate" | "stable"; readonly at: number; readonly value: number }[] = [];
  for (let session = 0; session < 4_000; session += 1) {
    const arm = random.chance(0.5) ? "candidate" : "stable";
    const isHard = random.chance(0.3);
    const value = isHard ? random.beta(4, 4) : random.beta(8, 2);
    const delay = (isHard && arm === "candidate" ? 1_500 : 50) + Math.floor(50 * random.uniform());
    arrivals.push({ arm, at: session + delay, value });
    blocks.add(SESSIONS[arm], value);
  }
  arrivals.sort((a, b) => a.at - b.at);
  const [candidates, stables] = [
    arrivals.filter(({ arm }) => arm === "candidate"),
    arrivals.filter(({ arm }) => arm === "stable"),
  ];
  const inOrderOfArrival = twoSided();
  for (let index = 0; index < Math.min(candidates.length, stables.length); index += 1) {
    inOrderOfArrival.bet((candidates[index]?.value ?? 0) - (stables[index]?.value ?? 0));
    if (inOrderOfArrival.logE() >= LOG_THRESHOLD) seen.add("arrivalOrder");
  }
  for (const rate of seen) outcome.count(rate);
}

/** Scenario J, scores: those of hard prompts come late on the candidate. */
export const JUDGE_DELAY: Scenario = {
  name: "judge.delay",
  fullRuns: 800,
  simulate: (random, runs) => {
    const outcome = new Outcome("judge.delay", runs, [
      rollbackRow("judge.delay.closed-blocks", true, "closedBlocks"),
      rollbackRow("judge.delay.arrival-order", false, "arrivalOrder"),
    ]);
    for (let run = 0; run < runs; run += 1) delayRun(random, outcome);
    return [outcome];
  },
};
