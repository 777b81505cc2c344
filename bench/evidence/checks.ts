import { planHarm, planNoWorse } from "../../src/domain/evidence/planner.ts";
import type { ReferenceEntry, ReferenceStudy } from "./reference.ts";
import { ALPHA } from "./scenario.ts";
import type { Outcome } from "./scenario.ts";
import { AA_RATES, LIFTS } from "./scenarios/ab.ts";
import { PRODUCT_HIDDEN, PRODUCT_NULLS } from "./scenarios/product.ts";
import { STRESS_NULLS } from "./scenarios/stress.ts";
import { WRONG_PROMOTION } from "./scenarios/wrong-promotion.ts";
import { lowerLimit, median, shareTolerance } from "./statistics.ts";

/** One thing that had to hold, about the entry `id`. */
export interface Check {
  readonly id: string;
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Outcomes by the id of their entry. */
export type Outcomes = ReadonlyMap<string, Outcome>;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const check = (id: string, name: string, result: { readonly passed: boolean; readonly detail: string }): Check => ({
  id,
  name,
  ...result,
});

/** The share of runs for a rate; NaN, which passes nothing, when the entry was not simulated. */
const shareOf = (outcomes: Outcomes, id: string, rate: string): number => {
  const outcome = outcomes.get(id);
  return outcome === undefined ? Number.NaN : outcome.counted(rate) / outcome.runs;
};

interface Mistake {
  readonly id: string;
  readonly rate: string;
  /** How often it may happen; absent is α. */
  readonly level?: number;
}

/** A false decision must not be more frequent than its level, as far as so many runs can tell. */
function validity(outcomes: Outcomes, { id, rate, level = ALPHA }: Mistake): Check {
  const outcome = outcomes.get(id);
  if (outcome === undefined) return check(id, `validity of ${rate}`, { passed: false, detail: "not simulated" });
  const limit = lowerLimit(outcome.counted(rate), outcome.runs);
  const detail = `${outcome.counted(rate)} of ${outcome.runs}, at least ${percent(limit)}`;
  return check(id, `validity of ${rate}`, { passed: limit < level, detail });
}

function reproduction(outcome: Outcome, entry: ReferenceEntry): readonly Check[] {
  const pooledRuns = entry.runsPerSeed * entry.seeds;
  const rates = Object.entries(entry.rates ?? {}).map(([rate, { pooled }]) => {
    const share = outcome.counted(rate) / outcome.runs;
    const tolerance = shareTolerance(pooled, outcome.runs, pooledRuns);
    const detail = `${percent(share)}, reference ${percent(pooled)} ± ${percent(tolerance)}`;
    return check(entry.id, `reproduction of ${rate}`, { passed: Math.abs(share - pooled) <= tolerance, detail });
  });
  const medians = Object.entries(entry.medians ?? {}).map(([name, { pooled, relativeTolerance }]) => {
    const middle = median(outcome.samples(name)) ?? Number.NaN;
    // The tolerance of the reference is for draws of its own size; a smaller draw scatters more.
    const tolerance = relativeTolerance * Math.max(1, Math.sqrt(entry.runsPerSeed / outcome.runs)) * pooled;
    const detail = `${middle}, reference ${pooled} ± ${tolerance.toFixed(1)}`;
    return check(entry.id, `reproduction of ${name}`, { passed: Math.abs(middle - pooled) <= tolerance, detail });
  });
  return [...rates, ...medians];
}

interface Bound {
  readonly id: string;
  readonly rate: string;
  readonly below?: number;
  readonly above?: number;
}

const ORDERING: readonly Bound[] = [
  ...[
    "clustering.w0.05.badSessions0.02.errorRate0.5",
    "clustering.w0.05.badSessions0.01.errorRate1.0",
    "clustering.w0.5.badSessions0.01.errorRate1.0",
  ].flatMap((id) => [
    { id, rate: "falseRollbackSessionUnit", below: 0.05 },
    { id, rate: "falseRollbackRequestUnit", above: 0.1 },
  ]),
  { id: "ramp.drift", rate: "harmEWithEpochWeights", below: 0.05 },
  { id: "ramp.drift", rate: "pooledZEnd", above: 0.95 },
  { id: "ramp.drift", rate: "pooledZPeek", above: 0.95 },
  { id: "judge.delay", rate: "closedBlocks", below: 0.05 },
  { id: "judge.delay", rate: "arrivalOrder", above: 0.95 },
  ...["errors.delay.R100.late10", "errors.delay.R100.late60", "errors.delay.R1000.late10"].flatMap((id) => [
    { id, rate: "assignmentOrder", below: 0.05 },
    { id, rate: "arrivalOrder", above: 0.1 },
  ]),
  { id: "fallback.itt", rate: "detectedIntentionToTreat", above: 0.999 },
  { id: "fallback.itt", rate: "detectedWithMixedSessionsExcluded", below: 0.001 },
];

function ordering(outcomes: Outcomes): readonly Check[] {
  const bounds = ORDERING.map(({ id, rate, below = Infinity, above = -Infinity }) => {
    const share = shareOf(outcomes, id, rate);
    const passed = share < below && share > above;
    const wanted = below === Infinity ? `above ${percent(above)}` : `below ${percent(below)}`;
    return check(id, `ordering of ${rate}`, { passed, detail: `${percent(share)}, wanted ${wanted}` });
  });
  const prefix = "errors.R100.w0.05.1to10";
  const [ours, theirs] = ["harm-e", "asympcs-5000"].map((method) => shareOf(outcomes, `${prefix}.${method}`, "by10"));
  const passed = ours !== undefined && theirs !== undefined && ours >= 10 * theirs;
  const detail = `${percent(ours ?? Number.NaN)} against ${percent(theirs ?? Number.NaN)}`;
  return [
    ...bounds,
    check(`${prefix}.harm-e`, "ordering: ten times as many within ten minutes as asympcs-5000", { passed, detail }),
  ];
}

interface Planned {
  readonly id: string;
  readonly sessions: number;
}

function plannedSessions(): readonly Planned[] {
  const harm = (candidateRate: number): number =>
    planHarm({ stableRate: 0.01, candidateRate, weight: 0.05, level: ALPHA, margin: 1 }).total;
  const noWorse = [0.05, 0.25, 0.5].flatMap((weight) =>
    [
      { rate: 0.01, margin: 2 },
      { rate: 0.05, margin: 1.5 },
    ].map(({ rate, margin }) => ({
      id: `ni.w${weight}.p${rate}.r1_${margin.toFixed(1)}`,
      sessions: planNoWorse({ stableRate: rate, candidateRate: rate, weight, level: ALPHA, margin }).total,
    })),
  );
  return [
    { id: "errors.R1000.w0.05.1to3.harm-e", sessions: harm(0.03) },
    { id: "errors.R100.w0.05.1to10.harm-e", sessions: harm(0.1) },
    ...noWorse,
  ];
}

const planner = (outcomes: Outcomes): readonly Check[] =>
  plannedSessions().map(({ id, sessions }) => {
    const simulated = median(outcomes.get(id)?.samples("totalRequestsAtDecision") ?? []) ?? Number.NaN;
    const ratio = simulated / sessions;
    const detail = `${simulated} sessions, planned ${Math.round(sessions)}`;
    return check(id, "planner", { passed: ratio >= 0.6 && ratio <= 1.8, detail });
  });

/** Largest median of candidate sessions that may see a rise of errors from 1 % to 10 %. */
const PROMISED: readonly { readonly id: string; readonly samples: string; readonly most: number }[] = [
  { id: "errors.R100.w0.05.1to10.harm-e", samples: "candidateRequestsAtDecision", most: 40 },
  { id: "errors.R100.w0.05.1to10.harm-e-r1.25", samples: "candidateRequestsAtDecision", most: 40 },
  // Errors weigh 0.6 of the union: ln(1 / 0.6) of evidence, a few sessions more than the test alone.
  { id: "product.1to10.errors", samples: "candidateSessions", most: 40 },
];

/** The median must not be above what is promised, as far as so many runs can tell. */
const promises = (outcomes: Outcomes): readonly Check[] =>
  PROMISED.map(({ id, samples, most }) => {
    const taken = outcomes.get(id)?.samples(samples) ?? [];
    const more = taken.filter((sessions) => sessions > most).length;
    return check(id, `1 to 10 % errors within ${most} candidate sessions`, {
      passed: taken.length > 0 && lowerLimit(more, taken.length) <= 0.5,
      detail: `median ${median(taken)}, ${more} of ${taken.length} took more`,
    });
  });

/** What errors, latency and cost cannot see is rolled back in nineteen of twenty runs, as far as so many can tell. */
const guarded = (outcomes: Outcomes): readonly Check[] =>
  PRODUCT_HIDDEN.map((id) => {
    const outcome = outcomes.get(id);
    if (outcome === undefined) return check(id, "guarded", { passed: false, detail: "not simulated" });
    const found = outcome.counted("rolledBack");
    const passed = lowerLimit(outcome.runs - found, outcome.runs) <= 0.05;
    return check(id, "guarded", { passed, detail: `${found} of ${outcome.runs} rolled back` });
  });

/** A lift that was planned for must be found as often as planned, as far as so many runs can tell. */
const lifts = (outcomes: Outcomes): readonly Check[] =>
  LIFTS.map(({ id, power, sessions }) => {
    const outcome = outcomes.get(id);
    if (outcome === undefined) return check(id, "power", { passed: false, detail: "not simulated" });
    const found = outcome.counted("candidateWon");
    const passed = lowerLimit(outcome.runs - found, outcome.runs) <= 1 - power;
    const detail = `${found} of ${outcome.runs} found with ${sessions} sessions, planned ${percent(power)}`;
    return check(id, "power", { passed, detail });
  });

/** Everything that the study has to show. */
export function checkAll(outcomes: Outcomes, { entries, validityGates }: ReferenceStudy): readonly Check[] {
  return [
    ...PRODUCT_NULLS.map((id) => validity(outcomes, { id, rate: "rolledBack" })),
    ...STRESS_NULLS.map((id) => validity(outcomes, { id, rate: "by60" })),
    ...AA_RATES.map((mistake) => validity(outcomes, mistake)),
    ...WRONG_PROMOTION.map(({ name }) => validity(outcomes, { id: name, rate: "certified" })),
    ...lifts(outcomes),
    ...validityGates.map(({ id, rate }) => validity(outcomes, { id, rate })),
    ...promises(outcomes),
    ...guarded(outcomes),
    ...ordering(outcomes),
    ...planner(outcomes),
    ...entries.flatMap((entry) => {
      const outcome = outcomes.get(entry.id);
      return outcome === undefined ? [] : reproduction(outcome, entry);
    }),
  ];
}
