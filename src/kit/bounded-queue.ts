/** Bounds of a queue. */
export interface QueueLimits {
  readonly maxItems: number;
  readonly maxBytes: number;
}

interface Entry<T> {
  readonly item: T;
  readonly bytes: number;
}

/** Places at the front that may stand empty before the rest is moved up. */
const MAX_EMPTY_PLACES = 1_024;

/** First in, first out, bounded in items and in bytes. Every operation takes constant time on average. */
export class BoundedQueue<T> {
  readonly #limits: QueueLimits;
  /** The places before `#head` are empty, so that what was taken can be forgotten. */
  #entries: (Entry<T> | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  /** Sum of what its items were said to weigh. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes in an item of this many bytes; false, and nothing changes, when that would break a bound. Throws RangeError on negative bytes. */
  offer(item: T, bytes: number): boolean {
    const isWeight = bytes >= 0;
    if (!isWeight) throw new RangeError(`An item cannot weigh ${bytes} bytes.`);
    const { maxItems, maxBytes } = this.#limits;
    if (this.length >= maxItems || this.#bytes + bytes > maxBytes) return false;
    this.#entries.push({ item, bytes });
    this.#bytes += bytes;
    return true;
  }

  /** Takes out the oldest items within both numbers. A first item heavier than `bytes` comes alone: it could never leave otherwise. */
  takeUpTo(items: number, bytes: number): T[] {
    const taken: T[] = [];
    let weight = 0;
    while (taken.length < items) {
      const entry = this.#entries[this.#head];
      if (entry === undefined || (taken.length > 0 && weight + entry.bytes > bytes)) break;
      this.#entries[this.#head] = undefined;
      this.#head += 1;
      weight += entry.bytes;
      taken.push(entry.item);
    }
    this.#bytes -= weight;
    this.#moveUp();
    return taken;
  }

  /** Moves at most as many entries as were taken since the last time. */
  #moveUp(): void {
    if (this.#head < MAX_EMPTY_PLACES || this.#head * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
