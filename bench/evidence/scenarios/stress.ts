import { harmEventTest } from "../../../src/domain/evidence/event-test.ts";
import { addMinute, argo, flagger, NO_REQUESTS, peekedZ } from "../peers.ts";
import type { Minute, Rule } from "../peers.ts";
import type { Random } from "../random.ts";
import { LOG_THRESHOLD, Outcome } from "../scenario.ts";
import type { Scenario } from "../scenario.ts";

const MINUTES = 60;
const SESSIONS_A_MINUTE = 100;
/** Ratio of errors that the default plan tolerates. */
const HARM_RATIO = 1.25;

/** What the hour is like. Rates are per turn; a session has one turn unless it is clustered. */
interface Weather {
  readonly name: string;
  /** Candidate weight in a minute. */
  readonly weightAt: (minute: number) => number;
  readonly rateAt: (minute: number) => number;
  /** Failure rate of the candidate as a multiple of stable's. */
  readonly ratio: number;
  /** Turns of a session on average; with more than one, failures come in bad sessions. */
  readonly turns: number;
  /** Minutes after which a failure of the stable arm shows. */
  readonly lateStable: number;
  /** A fallback repairs every failure of the candidate before anybody behind it sees one. */
  readonly isRepaired: boolean;
}

const CALM: Weather = {
  name: "none",
  weightAt: () => 0.05,
  rateAt: () => 0.01,
  ratio: 1,
  turns: 1,
  lateStable: 0,
  isRepaired: false,
};
const drift = (minute: number): number => 0.005 + (0.025 * minute) / MINUTES;
const sawTooth = (minute: number): number => 0.01 * (1 + 2 * ((minute % 20) / 20));
const ramp = (minute: number): number => [0.01, 0.05, 0.25, 0.5][Math.floor(minute / 15)] ?? 0.5;
const incident = (minute: number): number => (minute >= 20 && minute < 25 ? 0.2 : 0.01);

const WEATHERS: readonly Weather[] = [
  CALM,
  { ...CALM, name: "drift", rateAt: drift },
  { ...CALM, name: "saw-tooth", rateAt: sawTooth },
  { ...CALM, name: "incident", rateAt: incident },
  { ...CALM, name: "ramp", weightAt: ramp },
  { ...CALM, name: "ramp-drift", weightAt: ramp, rateAt: drift },
  { ...CALM, name: "clusters", turns: 5 },
  { ...CALM, name: "late-stable-errors", lateStable: 10 },
  { ...CALM, name: "x10", ratio: 10 },
  { ...CALM, name: "x10-drift", ratio: 10, rateAt: drift },
  { ...CALM, name: "x10-ramp-drift", ratio: 10, weightAt: ramp, rateAt: drift },
  { ...CALM, name: "x10-repaired-by-fallback", ratio: 10, isRepaired: true },
];

/** What one minute shows: to rules on requests, and to a test on sessions in the order of their assignment. */
interface Hour {
  readonly minutes: Minute[];
  /** Failed sessions by minute of assignment, and the weight that they were drawn under. */
  readonly failed: { candidate: number; stable: number; weight: number }[];
}

function drawHour(random: Random, weather: Weather): Hour {
  const minutes: Minute[] = Array.from({ length: MINUTES }, () => NO_REQUESTS);
  const failed: Hour["failed"] = [];
  const show = (minute: number, requests: Partial<Minute>): void => {
    const at = minutes[minute];
    if (at !== undefined) minutes[minute] = addMinute(at, { ...NO_REQUESTS, ...requests });
  };
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const weight = weather.weightAt(minute);
    const now = { candidate: 0, stable: 0, weight };
    for (let left = random.poisson(SESSIONS_A_MINUTE); left > 0; left -= 1) {
      const arm = random.chance(weight) ? "candidate" : "stable";
      const { turns, failures } = drawSession(random, weather, { minute, arm });
      if (failures > 0) now[arm] += 1;
      if (arm === "candidate") {
        show(minute, { candidate: turns, candidateFailed: weather.isRepaired ? 0 : failures });
      } else {
        show(minute, { stable: turns });
        show(minute + weather.lateStable, { stableFailed: failures });
      }
    }
    failed.push(now);
  }
  return { minutes, failed };
}

interface Drawn {
  readonly minute: number;
  readonly arm: "candidate" | "stable";
}

/** With several turns one session in a hundred is bad and fails at every one of them. */
function drawSession(random: Random, weather: Weather, { minute, arm }: Drawn): { turns: number; failures: number } {
  const rate = Math.min(1, weather.rateAt(minute) * (arm === "candidate" ? weather.ratio : 1));
  const turns = weather.turns === 1 ? 1 : random.geometric(weather.turns);
  return { turns, failures: random.chance(rate) ? turns : 0 };
}

/** The shipped test on sessions in assignment order: those whose outcome cannot be final yet are waited for. */
function rollward({ lateStable }: Weather): (hour: Hour, minute: number) => boolean {
  const test = harmEventTest(HARM_RATIO);
  const counts = new Map<number, { weight: number; candidate: number; stable: number }>();
  return ({ failed }, minute) => {
    const now = failed[minute - lateStable];
    if (now === undefined) return false;
    const known = counts.get(now.weight) ?? { weight: now.weight, candidate: 0, stable: 0 };
    counts.set(now.weight, known);
    known.candidate += now.candidate;
    known.stable += now.stable;
    return test.logE([...counts.values()]) >= LOG_THRESHOLD;
  };
}

const onRequests = (rule: Rule): ((hour: Hour, minute: number) => boolean) => {
  return ({ minutes }, minute) => rule(minutes[minute] ?? NO_REQUESTS, minute);
};

const RULES = [
  { name: "rollward", isProduct: true, begin: rollward },
  { name: "flagger99", isProduct: false, begin: () => onRequests(flagger(0.99)) },
  { name: "flagger95", isProduct: false, begin: () => onRequests(flagger(0.95)) },
  { name: "argo95", isProduct: false, begin: () => onRequests(argo(0.95)) },
  { name: "peek-z", isProduct: false, begin: () => onRequests(peekedZ()) },
] as const;

function watch(outcome: Outcome, hour: Hour, rollsBack: (hour: Hour, minute: number) => boolean): void {
  let candidates = 0;
  for (let minute = 0; minute < MINUTES; minute += 1) {
    candidates += hour.minutes[minute]?.candidate ?? 0;
    if (!rollsBack(hour, minute)) continue;
    outcome.count("by60");
    if (minute < 10) outcome.count("by10");
    outcome.note("candidateRequestsAtDecision", candidates);
    return;
  }
}

const stress = (weather: Weather): Scenario => ({
  name: `stress.${weather.name}`,
  fullRuns: 2_000,
  simulate: (random, runs) => {
    const outcomes = RULES.map(({ name, isProduct }) => {
      const id = `stress.${weather.name}.${name}`;
      const row = {
        name: id,
        isProduct,
        rolledBack: "by60",
        promoted: null,
        candidateSessions: "candidateRequestsAtDecision",
      };
      return new Outcome(id, runs, [row]);
    });
    for (let run = 0; run < runs; run += 1) {
      const hour = drawHour(random, weather);
      for (const [index, { begin }] of RULES.entries()) {
        const outcome = outcomes[index];
        if (outcome !== undefined) watch(outcome, hour, begin(weather));
      }
    }
    return outcomes;
  },
});

/** Errors under every weather of the reference, the default margin beside the rules of other products on the same hours. */
export const STRESS: readonly Scenario[] = WEATHERS.map(stress);

/** Ids of the scenarios in which the candidate is no different. */
export const STRESS_NULLS: readonly string[] = WEATHERS.filter(({ ratio }) => ratio === 1).map(
  ({ name }) => `stress.${name}.rollward`,
);
