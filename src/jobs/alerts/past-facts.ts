import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import { addTally, openTally } from "../../domain/series/tally.ts";
import type { SeriesTally } from "../../domain/series/series-cell.ts";
import type { Slo } from "../../domain/slo/slo.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";

/** What the calls of one endpoint and side came to in one stretch. */
export interface PastCell {
  /** Its beginning, epoch ms. */
  readonly at: number;
  readonly lengthMs: number;
  readonly endpoint: string;
  readonly arm: string;
  readonly tally: SeriesTally;
}

/** What the past is looked at with. */
export interface PastTerms {
  readonly environment: string;
  readonly endpoints: readonly string[];
  readonly settings: { readonly slos: readonly Slo[] };
  /** Windows that are shorter are taken as this long, ms. */
  readonly stepMs: number;
}

const DAY_MS = 24 * HOUR_MS;

/** Facts of any time of the past, of cells in memory. */
export class PastFacts {
  readonly #terms: PastTerms;
  readonly #cells = new Map<string, PastCell[]>();
  readonly #endpoints: readonly string[];

  constructor(terms: PastTerms, cells: readonly PastCell[]) {
    this.#terms = terms;
    for (const cell of cells) {
      const known = this.#cells.get(cell.endpoint);
      if (known === undefined) this.#cells.set(cell.endpoint, [cell]);
      else known.push(cell);
    }
    for (const each of this.#cells.values()) each.sort((one, other) => one.at - other.at);
    this.#endpoints = [...new Set([...terms.endpoints, ...this.#cells.keys()])];
  }

  at(at: number): RuleFacts {
    const { environment, settings, stepMs } = this.#terms;
    return {
      environment,
      at,
      endpoints: this.#endpoints,
      tally: (endpoint, windowMs, arm) => this.#sum(endpoint, { from: at - Math.max(windowMs, stepMs), to: at, arm }),
      sameHours: (endpoint, days, arm) =>
        Array.from({ length: days }, (_, day) => hourOf(at - 1) - (day + 1) * DAY_MS).flatMap(
          (from) => this.#sum(endpoint, { from, to: from + HOUR_MS, arm }) ?? [],
        ),
      sights: () => null,
      goneSights: () => [],
      slo: (name) => settings.slos.find((slo) => slo.name === name),
    };
  }

  #sum(
    endpoint: string,
    { from, to, arm }: { readonly from: number; readonly to: number; readonly arm: string | undefined },
  ): SeriesTally | undefined {
    const cells = this.#cells.get(endpoint) ?? [];
    let sum: ReturnType<typeof openTally> | undefined;
    for (let index = firstAt(cells, from); index < cells.length; index += 1) {
      const cell = cells[index];
      if (cell === undefined || cell.at >= to) break;
      if (arm !== undefined && cell.arm !== arm) continue;
      sum ??= openTally();
      addTally(sum, cell.tally);
    }
    return sum;
  }
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
