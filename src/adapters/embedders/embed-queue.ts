/** Texts of one call that wait for a model. */
export interface Waiting {
  readonly texts: readonly string[];
  readonly answer: PromiseWithResolvers<readonly Float32Array[]>;
}

/** Texts and code units of one batch: enough to be three times as fast as one by one, and done within a second. */
const BATCH_TEXTS = 64;
const BATCH_UNITS = 8_000;

/** Calls that wait, bounded by their texts. What has lapsed leaves at once and costs no batch. */
export class EmbedQueue {
  readonly #most: number;
  readonly #calls = new Set<Waiting>();
  #texts = 0;

  constructor(mostTexts: number) {
    this.#most = mostTexts;
  }

  /** Takes a call in; false when there is no room. A call on an empty queue always has room. */
  offer(call: Waiting): boolean {
    if (this.#texts > 0 && this.#texts + call.texts.length > this.#most) return false;
    this.#calls.add(call);
    this.#texts += call.texts.length;
    return true;
  }

  drop(call: Waiting): void {
    if (this.#calls.delete(call)) this.#texts -= call.texts.length;
  }

  /** The oldest calls that make one batch together; a first call that is larger comes alone. */
  take(): readonly Waiting[] {
    const batch: Waiting[] = [];
    let [texts, units] = [0, 0];
    for (const call of this.#calls) {
      texts += call.texts.length;
      units += call.texts.reduce((sum, { length }) => sum + length, 0);
      if (batch.length > 0 && (texts > BATCH_TEXTS || units > BATCH_UNITS)) break;
      batch.push(call);
    }
    for (const call of batch) this.drop(call);
    return batch;
  }

  /** Takes all of them out. */
  empty(): readonly Waiting[] {
    const all = [...this.#calls];
    this.#calls.clear();
    this.#texts = 0;
    return all;
  }
}
