import { Random } from "./random.ts";
import type { OutcomeParts } from "./scenario.ts";
import { SCENARIOS } from "./scenarios/index.ts";

/** Runs that one draw takes: enough to be worth a message, few enough to keep all threads busy to the end. */
const RUNS_OF_A_DRAW = 500;

/** Some runs of one scenario with random numbers of their own. */
export interface Draw {
  readonly scenario: string;
  /** Counts from 0 within the scenario. */
  readonly number: number;
  readonly runs: number;
  readonly seed: number;
}

/** How much to simulate. */
export interface Study {
  readonly runs: number;
  readonly isFull: boolean;
  readonly seed: number;
}

/** All draws of a study, however many threads carry them out. */
export function drawsOf({ runs, isFull, seed }: Study): readonly Draw[] {
  return SCENARIOS.flatMap(({ name, fullRuns, quickTimes = 1, quickRuns = runs * quickTimes }) => {
    const all = isFull ? fullRuns : Math.min(runs * quickTimes, quickRuns, fullRuns);
    const draws = Math.ceil(all / RUNS_OF_A_DRAW);
    return Array.from({ length: draws }, (_, number) => ({
      scenario: name,
      number,
      runs: Math.min(RUNS_OF_A_DRAW, all - number * RUNS_OF_A_DRAW),
      seed,
    }));
  });
}

/** Carries out one draw. */
export function simulateDraw({ scenario, number, runs, seed }: Draw): readonly OutcomeParts[] {
  const found = SCENARIOS.find(({ name }) => name === scenario);
  if (found === undefined) throw new Error(`There is no scenario ${scenario}.`);
  const random = new Random(seed, number === 0 ? scenario : `${scenario}#${number}`);
  return found.simulate(random, runs).map((outcome) => outcome.parts());
}
