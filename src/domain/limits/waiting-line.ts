/** One who waits. */
export interface Waiting<T> {
  /** Position of its class: 0 comes before all others. */
  readonly rank: number;
  /** Lanes of one class take turns. */
  readonly lane: string;
  /** What it weighs in the turns of its lane, e.g. tokens; at least 1. */
  readonly cost: number;
  readonly value: T;
}

interface Lane<T> {
  /** Cost that was served so far, in the time of its class. */
  served: number;
  readonly queue: Waiting<T>[];
}

interface Rank<T> {
  /** Where the lane stood that was served last: a lane that comes anew starts here, so that nobody saves up turns. */
  now: number;
  readonly lanes: Map<string, Lane<T>>;
}

/**
 * A line with classes and fair turns: the class that comes first is served first; within a class the lane that was
 * served least, by cost (start-time fair queueing); within a lane who came first. Bounded by who uses it.
 */
export class WaitingLine<T> {
  readonly #ranks = new Map<number, Rank<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  enter(waiting: Waiting<T>): void {
    const rank = this.#ranks.get(waiting.rank) ?? { now: 0, lanes: new Map<string, Lane<T>>() };
    this.#ranks.set(waiting.rank, rank);
    const lane = rank.lanes.get(waiting.lane) ?? { served: rank.now, queue: [] };
    rank.lanes.set(waiting.lane, lane);
    lane.queue.push(waiting);
    this.#size += 1;
  }

  /** Who is next; stays until it is taken out. */
  head(): Waiting<T> | null {
    const first = this.#ranksInOrder().find(([, { lanes }]) => lanes.size > 0);
    if (first === undefined) return null;
    const [, { lanes }] = first;
    let best: Lane<T> | null = null;
    for (const lane of lanes.values()) if (best === null || lane.served < best.served) best = lane;
    return best?.queue[0] ?? null;
  }

  /** Whoever would be served before one that came now, in no order; who comes later may still overtake it. */
  aheadOf({ rank, lane }: Pick<Waiting<T>, "rank" | "lane">): readonly Waiting<T>[] {
    const ahead: Waiting<T>[] = [];
    for (const [other, { lanes, now }] of this.#ranks) {
      if (other > rank) continue;
      const own = lanes.get(lane);
      const turn = own === undefined ? now : own.queue.reduce((sum, one) => sum + Math.max(1, one.cost), own.served);
      for (const each of lanes.values()) {
        let served = each.served;
        for (const one of each.queue) {
          if (other === rank && each !== own && served > turn) break;
          ahead.push(one);
          served += Math.max(1, one.cost);
        }
      }
    }
    return ahead;
  }

  /** The last of the longest lane of the last class, who gives way when there is no room. */
  last(): Waiting<T> | null {
    const behind = this.#ranksInOrder().findLast(([, { lanes }]) => lanes.size > 0);
    if (behind === undefined) return null;
    let longest: Lane<T> | null = null;
    for (const lane of behind[1].lanes.values()) {
      if (longest === null || lane.queue.length > longest.queue.length) longest = lane;
    }
    return longest?.queue.at(-1) ?? null;
  }

  /** Takes one out: `served` when it went on, else it gave up its place. False when it was not there. */
  takeOut(waiting: Waiting<T>, served: boolean): boolean {
    const rank = this.#ranks.get(waiting.rank);
    const lane = rank?.lanes.get(waiting.lane);
    const at = lane?.queue.indexOf(waiting) ?? -1;
    if (rank === undefined || lane === undefined || at < 0) return false;
    lane.queue.splice(at, 1);
    this.#size -= 1;
    if (served) {
      rank.now = Math.max(rank.now, lane.served);
      lane.served += Math.max(1, waiting.cost);
    }
    if (lane.queue.length === 0) rank.lanes.delete(waiting.lane);
    return true;
  }

  #ranksInOrder(): readonly (readonly [number, Rank<T>])[] {
    return [...this.#ranks].toSorted(([one], [other]) => one - other);
  }
}
