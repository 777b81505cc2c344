/** A first-in-first-out queue with bounds on items and bytes; every operation is O(1) amortised. */
export class BoundedQueue<T> {
  readonly #limits: { readonly maxItems: number; readonly maxBytes: number };
  #items: (readonly [T, number] | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(limits: { readonly maxItems: number; readonly maxBytes: number }) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the item unless that would break a bound. */
  offer(item: T, bytes: number): boolean {
    if (this.length >= this.#limits.maxItems || this.#bytes + bytes > this.#limits.maxBytes) return false;
    this.#items.push([item, bytes]);
    this.#bytes += bytes;
    return true;
  }

  /** The oldest items within both numbers; at least one when there is any. */
  takeUpTo(items: number, bytes: number): T[] {
    const taken: T[] = [];
    let sum = 0;
    while (taken.length < items) {
      const next = this.#items[this.#head];
      if (next === undefined || (taken.length > 0 && sum + next[1] > bytes)) break;
      this.#items[this.#head] = undefined;
      this.#head += 1;
      sum += next[1];
      taken.push(next[0]);
    }
    this.#bytes -= sum;
    if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
