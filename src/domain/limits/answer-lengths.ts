/** Tokens of an answer of which nothing is known yet. */
const USUAL_ANSWER = 256;
/** An answer counts for a sixteenth once there were as many: a change of their length is followed within some dozens. */
const MOST_WEIGHED = 16;
/** Names that are remembered; those that were not seen for longest go first. */
const MOST_NAMES = 1_000;

interface Learnt {
  readonly mean: number;
  readonly count: number;
}

/** How long answers have recently been, in tokens: a running mean for each name, begun at 256. */
export class AnswerLengths {
  readonly #names = new Map<string, Learnt>();

  /** Whole tokens that the next answer will probably have. */
  expected(name: string): number {
    return Math.ceil(this.#names.get(name)?.mean ?? USUAL_ANSWER);
  }

  /** An answer had so many tokens. */
  observe(name: string, tokens: number): void {
    if (!(tokens >= 0)) return;
    const { mean, count } = this.#names.get(name) ?? { mean: USUAL_ANSWER, count: 1 };
    const weighed = Math.min(MOST_WEIGHED, count + 1);
    this.#names.delete(name);
    this.#names.set(name, { mean: mean + (tokens - mean) / weighed, count: weighed });
    const [oldest] = this.#names.keys();
    if (this.#names.size > MOST_NAMES && oldest !== undefined) this.#names.delete(oldest);
  }
}
