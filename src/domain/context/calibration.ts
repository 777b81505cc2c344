/** What one model's providers have reported beside what was counted. */
interface Learnt {
  readonly factor: number;
  /** The latest ratios, the oldest first. */
  readonly ratios: readonly number[];
  /** How many came since the factor was last looked at. */
  readonly fresh: number;
}

/** Shorter requests say little: what a format adds to them weighs too much. */
const LEAST_TOKENS = 200;
/** Ratios that are remembered of a model, and how many there must be. */
const KEPT = 64;
const LEAST_KEPT = 16;
/** The factor is looked at once in so many calls: each change may move a cut, and then a cached prefix is lost. */
const EVERY = 8;
/** Nine of ten calls have at most the ratio that is gone by; a few with tools of the provider's own do not sway it. */
const QUANTILE = 0.9;
const MARGIN = 1.05;
const STEP = 1 / 16;
const LEAST_FACTOR = 0.5;
const MOST_FACTOR = 2;
/** Models that are remembered; those that were not seen for longest go first. */
const MOST_MODELS = 1_000;

/**
 * Corrects counts by the usage that providers report: nine of ten of a model's latest calls are covered, and five
 * per cent more. Deterministic; 64 numbers for each id of a model, whoever serves it: the same weights make the
 * same tokens.
 */
export class Calibration {
  readonly #models = new Map<string, Learnt>();

  /** By how much the counts for a model are multiplied; 1 while little is known. In [0.5, 2]. */
  factor(model: string): number {
    return this.#models.get(model)?.factor ?? 1;
  }

  /** A provider reported `reported` tokens of input for a request that was counted as `counted`, uncorrected. */
  observe(model: string, { counted, reported }: { readonly counted: number; readonly reported: number }): void {
    if (counted < LEAST_TOKENS || !(reported > 0)) return;
    const learnt = this.#models.get(model) ?? { factor: 1, ratios: [], fresh: 0 };
    this.#models.delete(model);
    this.#models.set(model, learn(learnt, reported / counted));
    const [oldest] = this.#models.keys();
    if (this.#models.size > MOST_MODELS && oldest !== undefined) this.#models.delete(oldest);
  }
}

function learn({ factor, ratios, fresh }: Learnt, ratio: number): Learnt {
  const latest = [...ratios, ratio].slice(-KEPT);
  if (latest.length < LEAST_KEPT || fresh + 1 < EVERY) return { factor, ratios: latest, fresh: fresh + 1 };
  const covering = latest.toSorted((a, b) => a - b)[Math.ceil(latest.length * QUANTILE) - 1] ?? 1;
  const wanted = stepped(covering * MARGIN);
  // A single step down is not worth a cached prefix.
  const isMoved = wanted > factor || wanted <= factor - 2 * STEP;
  return { factor: isMoved ? wanted : factor, ratios: latest, fresh: 0 };
}

const stepped = (ratio: number): number =>
  Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, Math.ceil(ratio / STEP) * STEP));
