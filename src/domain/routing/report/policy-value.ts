import type { Sample } from "./sample.ts";

/** A policy to be valued: the probability that it takes action `a` with session `i`. Sums to 1 over the actions. */
export type PolicyWeights = (session: number, action: number) => number;

/** Per-session contributions whose means are the policy's quality and cost. */
export interface PolicyValue {
  readonly quality: Float64Array;
  readonly costUsd: Float64Array;
}

/** The outcome model is fitted on the other folds, so that it never sees the session it speaks for. */
const FOLDS = 5;
/** Weight of the wider mean in the mean of a group, sessions. */
const SHRINKAGE = 5;

/**
 * Values policies from sessions that were drawn with known probabilities: augmented inverse propensity weighting
 * (doubly robust), Σₐ π(a) m̂(a) + π(A)/e(A) · (Y - m̂(A)), with cross-fitted group means as m̂. Since e is known
 * exactly, the mean of the contributions is unbiased whatever the group means are worth.
 * Source: Robins, Rotnitzky and Zhao, JASA 89(427), 1994; Dudík, Langford and Li, ICML 2011.
 */
export class Valuer {
  readonly #sample: Sample;
  readonly #quality: OutcomeModel;
  readonly #cost: OutcomeModel;

  constructor(sample: Sample) {
    this.#sample = sample;
    this.#quality = new OutcomeModel(sample, sample.quality);
    this.#cost = new OutcomeModel(sample, sample.costUsd);
  }

  value(weights: PolicyWeights): PolicyValue {
    return { quality: this.#contributions(weights, this.#quality), costUsd: this.#contributions(weights, this.#cost) };
  }

  #contributions(weights: PolicyWeights, model: OutcomeModel): Float64Array {
    const { n, actions, action, propensity } = this.#sample;
    const values = new Float64Array(n);
    for (let session = 0; session < n; session += 1) {
      let value = 0;
      for (let each = 0; each < actions; each += 1) {
        const share = weights(session, each);
        if (share > 0) value += share * model.expected(session, each);
      }
      const taken = action[session] ?? 0;
      const share = weights(session, taken);
      const chance = propensity[session * actions + taken] ?? 0;
      if (share > 0 && chance > 0) {
        value += (share / chance) * (model.outcome(session) - model.expected(session, taken));
      }
      values[session] = value;
    }
    return values;
  }
}

/** Means of an outcome by fold, group and action, shrunk towards the action's mean and that towards the whole. */
class OutcomeModel {
  readonly #sample: Sample;
  readonly #outcomes: Float64Array;
  readonly #means: Float64Array;

  constructor(sample: Sample, outcomes: Float64Array) {
    this.#sample = sample;
    this.#outcomes = outcomes;
    this.#means = meansOf(sample, outcomes);
  }

  outcome(session: number): number {
    return this.#outcomes[session] ?? 0;
  }

  expected(session: number, action: number): number {
    const { group, groups, actions } = this.#sample;
    return this.#means[((session % FOLDS) * groups + (group[session] ?? 0)) * actions + action] ?? 0;
  }
}

function meansOf({ n, actions, action, group, groups }: Sample, outcomes: Float64Array): Float64Array {
  const cells = groups * actions;
  const sums = new Float64Array(FOLDS * cells);
  const counts = new Float64Array(FOLDS * cells);
  for (let session = 0; session < n; session += 1) {
    const cell = (session % FOLDS) * cells + (group[session] ?? 0) * actions + (action[session] ?? 0);
    sums[cell] = (sums[cell] ?? 0) + (outcomes[session] ?? 0);
    counts[cell] = (counts[cell] ?? 0) + 1;
  }
  const means = new Float64Array(FOLDS * cells);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const others = { sums: withoutFold(sums, fold, cells), counts: withoutFold(counts, fold, cells) };
    means.set(shrunk(others, actions), fold * cells);
  }
  return means;
}

function withoutFold(all: Float64Array, fold: number, cells: number): Float64Array {
  const rest = new Float64Array(cells);
  for (let each = 0; each < FOLDS; each += 1) {
    if (each === fold) continue;
    for (let cell = 0; cell < cells; cell += 1) rest[cell] = (rest[cell] ?? 0) + (all[each * cells + cell] ?? 0);
  }
  return rest;
}

interface Tally {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

function shrunk({ sums, counts }: Tally, actions: number): Float64Array {
  const total = (of: Float64Array, action: number | null): number =>
    of.reduce((sum, value, cell) => sum + (action === null || cell % actions === action ? value : 0), 0);
  const overall = total(sums, null) / Math.max(1, total(counts, null));
  const byAction = Array.from(
    { length: actions },
    (_, action) => (total(sums, action) + SHRINKAGE * overall) / (total(counts, action) + SHRINKAGE),
  );
  return sums.map((sum, cell) => {
    const wider = byAction[cell % actions] ?? overall;
    return (sum + SHRINKAGE * wider) / ((counts[cell] ?? 0) + SHRINKAGE);
  });
}
