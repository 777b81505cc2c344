import type { Clock } from "../../ports/clock.ts";
import type { LimitBoard, LimitNews } from "../../ports/limit-board.ts";
import { nameText } from "./limit-news-text.ts";

interface Told {
  readonly by: LimitBoard;
  readonly at: number;
  readonly news: LimitNews;
}

/** What the boards of one process see of each other. */
export class MemoryLimitSpace {
  readonly clock: Clock;
  readonly told = new Map<string, Map<LimitBoard, Told>>();
  readonly rests = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }
}

/** The board of replicas within one process. */
export class MemoryLimitBoard implements LimitBoard {
  readonly #space: MemoryLimitSpace;
  #since = Number.NEGATIVE_INFINITY;

  constructor(space: MemoryLimitSpace) {
    this.#space = space;
  }

  async exchange(news: readonly LimitNews[]): Promise<readonly LimitNews[]> {
    const { clock, told, rests } = this.#space;
    const now = clock.elapsed();
    for (const one of news) {
      const text = nameText(one.name);
      rests.set(text, Math.max(rests.get(text) ?? 0, one.restMs > 0 ? now + one.restMs : 0));
      const byBoard = told.get(text) ?? new Map<LimitBoard, Told>();
      told.set(text, byBoard.set(this, { by: this, at: now, news: one }));
    }
    const since = this.#since;
    this.#since = now;
    const all = [...told.values()].filter((byBoard) => [...byBoard.values()].some(({ at }) => at >= since));
    const others = all.flatMap((byBoard) => [...byBoard.values()]).filter(({ by }) => by !== this);
    return Promise.resolve(others.map(({ news: one, at }) => this.#aged(one, { ageMs: now - at, now })));
  }

  #aged(
    { name, from, limits, underWay }: LimitNews,
    { ageMs, now }: { readonly ageMs: number; readonly now: number },
  ): LimitNews {
    return {
      name,
      from,
      underWay: underWay.map(({ agoMs, need }) => ({ agoMs: agoMs + ageMs, need })),
      limits: limits.map(({ told, sentAgoMs, seenAgoMs }) => ({
        told,
        sentAgoMs: sentAgoMs + ageMs,
        seenAgoMs: seenAgoMs + ageMs,
      })),
      restMs: Math.max(0, (this.#space.rests.get(nameText(name)) ?? 0) - now),
    };
  }
}
