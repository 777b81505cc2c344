import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import { addTally, openTally, subtractTally } from "../../domain/series/tally.ts";
import type { SeriesTally } from "../../domain/series/series-cell.ts";
import type { Slo } from "../../domain/slo/slo.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";

/** What the calls of one side of an endpoint came to in one stretch. */
export interface PastCell {
  /** Its beginning, epoch ms. */
  readonly at: number;
  readonly arm: string;
  readonly tally: SeriesTally;
}

/** What the past of an endpoint is looked at with. */
export interface PastTerms {
  readonly environment: string;
  readonly endpoint: string;
  readonly settings: { readonly slos: readonly Slo[] };
  /** Windows that are shorter are taken as this long, ms. */
  readonly stepMs: number;
}

const DAY_MS = 24 * HOUR_MS;

/**
 * Facts of the past of one endpoint, of cells in memory. Times are asked for in order: a window that moves on adds what comes in and takes away
 * what goes out, however long it is.
 */
export class PastFacts {
  readonly #terms: PastTerms;
  readonly #cells: readonly PastCell[];
  /** By side; the empty one is all of them together. */
  readonly #sides = new Map<string, readonly PastCell[]>();
  readonly #windows = new Map<string, MovingSum>();

  constructor(terms: PastTerms, cells: readonly PastCell[]) {
    this.#terms = terms;
    this.#cells = cells.toSorted((one, other) => one.at - other.at);
  }

  /** Facts of a time that is no earlier than the last one, epoch ms. They hold until the next. */
  at(at: number): RuleFacts {
    const { environment, endpoint, settings, stepMs } = this.#terms;
    return {
      environment,
      at,
      endpoints: [endpoint],
      tally: (of, windowMs, arm) => (of === endpoint ? this.#window(at, Math.max(windowMs, stepMs), arm) : undefined),
      sameHours: (of, days, arm) => (of === endpoint ? this.#sameHours(hourOf(at - 1), days, arm) : []),
      sights: () => null,
      goneSights: () => [],
      slo: (name) => settings.slos.find((slo) => slo.name === name),
    };
  }

  #window(at: number, windowMs: number, arm = ""): SeriesTally | undefined {
    const key = `${windowMs} ${arm}`;
    const window = this.#windows.get(key) ?? new MovingSum(this.#side(arm));
    this.#windows.set(key, window);
    return window.between(at - windowMs, at);
  }

  #sameHours(hour: number, days: number, arm = ""): readonly SeriesTally[] {
    const cells = this.#side(arm);
    return Array.from({ length: days }, (_, day) => hour - (day + 1) * DAY_MS).flatMap(
      (from) => sumBetween(cells, from, from + HOUR_MS) ?? [],
    );
  }

  #side(arm: string): readonly PastCell[] {
    const known = this.#sides.get(arm);
    if (known !== undefined) return known;
    const cells = arm === "" ? together(this.#cells) : this.#cells.filter((cell) => cell.arm === arm);
    this.#sides.set(arm, cells);
    return cells;
  }
}

/** A sum over a stretch that only moves forward. */
class MovingSum {
  readonly #cells: readonly PastCell[];
  readonly #sum = openTally();
  /** The stretch holds the cells from `#first` to before `#next`. */
  #first = 0;
  #next = 0;

  constructor(cells: readonly PastCell[]) {
    this.#cells = cells;
  }

  /** The sum of cells that begin from `from` to before `to`; `undefined` where there are none. */
  between(from: number, to: number): SeriesTally | undefined {
    for (let cell = this.#cells[this.#next]; cell !== undefined && cell.at < to; cell = this.#cells[this.#next]) {
      addTally(this.#sum, cell.tally);
      this.#next += 1;
    }
    for (let cell = this.#cells[this.#first]; this.#first < this.#next; cell = this.#cells[this.#first]) {
      if (cell === undefined || cell.at >= from) break;
      subtractTally(this.#sum, cell.tally);
      this.#first += 1;
    }
    return this.#first === this.#next ? undefined : this.#sum;
  }
}

/** Cells that begin at the same time as one. They are in order. */
function together(cells: readonly PastCell[]): readonly PastCell[] {
  const all: PastCell[] = [];
  for (const own of Map.groupBy(cells, ({ at }) => at).values()) {
    const [first] = own;
    if (first === undefined) continue;
    if (own.length === 1) {
      all.push(first);
      continue;
    }
    const tally = openTally();
    for (const cell of own) addTally(tally, cell.tally);
    all.push({ at: first.at, arm: "", tally });
  }
  return all;
}

function sumBetween(cells: readonly PastCell[], from: number, to: number): SeriesTally | undefined {
  const first = firstAt(cells, from);
  const own = cells.slice(first, firstAt(cells, to));
  if (own.length <= 1) return own[0]?.tally;
  const sum = openTally();
  for (const { tally } of own) addTally(sum, tally);
  return sum;
}

/** The first cell that does not begin before a time. */
function firstAt(cells: readonly PastCell[], from: number): number {
  let [low, high] = [0, cells.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cells[middle]?.at ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
