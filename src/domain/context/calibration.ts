/** What one model's provider has reported beside what was counted. */
interface Learnt {
  /** By how much counts are multiplied. */
  factor: number;
  /** The largest ratio since the factor was last set, and how many ratios that were. */
  largest: number;
  calm: number;
}

/** Shorter requests say little: what a format adds to them weighs too much. */
const LEAST_TOKENS = 200;
/** So many calls below the factor, one after the other, bring it down to the largest of them and a margin. */
const CALM_CALLS = 50;
const MARGIN = 1.05;
/** Factors are multiples of this: each change may move a cut, and then a provider's cached prefix is lost. */
const STEP = 1 / 16;
const LEAST_FACTOR = 0.5;
const MOST_FACTOR = 4;
/** Models that are remembered; those that were not seen for longest go first. */
const MOST_MODELS = 1_000;

/**
 * Corrects counts by the usage that providers report: up at once, as soon as a model has counted more than was
 * expected; down only after fifty calls that all were below, to the largest of them and five per cent. Deterministic,
 * a few numbers for each id of a model, whoever serves it: the same weights make the same tokens.
 */
export class Calibration {
  readonly #models = new Map<string, Learnt>();

  /** By how much the counts for a model are multiplied; 1 while nothing is known. */
  factor(model: string): number {
    return this.#models.get(model)?.factor ?? 1;
  }

  /** A provider reported `reported` tokens of input for a request that was counted as `counted`, uncorrected. */
  observe(model: string, { counted, reported }: { readonly counted: number; readonly reported: number }): void {
    if (counted < LEAST_TOKENS || !(reported > 0)) return;
    const learnt = this.#models.get(model) ?? { factor: 1, largest: 0, calm: 0 };
    this.#models.delete(model);
    this.#models.set(model, learn(learnt, reported / counted));
    const [oldest] = this.#models.keys();
    if (this.#models.size > MOST_MODELS && oldest !== undefined) this.#models.delete(oldest);
  }
}

function learn({ factor, largest, calm }: Learnt, ratio: number): Learnt {
  if (ratio > factor) return { factor: stepped(ratio), largest: 0, calm: 0 };
  const most = Math.max(largest, ratio);
  if (calm + 1 < CALM_CALLS) return { factor, largest: most, calm: calm + 1 };
  return { factor: Math.min(factor, stepped(most * MARGIN)), largest: 0, calm: 0 };
}

const stepped = (ratio: number): number =>
  Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, Math.ceil(ratio / STEP) * STEP));
