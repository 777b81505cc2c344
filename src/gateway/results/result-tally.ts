import { folderText } from "../../domain/results/result-place.ts";
import type { ResultFolder } from "../../domain/results/result-place.ts";

/** What lookups of one source for one endpoint came to in this process, since it started. */
export interface ResultCounts extends ResultFolder {
  hit: number;
  /** Hits that waited for an identical lookup's run. */
  waited: number;
  /** Entries that could not be believed. */
  poisoned: number;
  /** Misses by reason. */
  readonly missed: Record<string, number>;
  /** Results that came by what became of them. */
  readonly kept: Record<string, number>;
}

/** Sources times endpoints that are counted apart; there are as many as the configuration declares. */
const MOST_COUNTED = 10_000;

/** Counts by source and endpoint. */
export class ResultTally {
  readonly #counts = new Map<string, ResultCounts>();

  of(folder: ResultFolder): ResultCounts {
    const name = folderText(folder);
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    if (this.#counts.size >= MOST_COUNTED) this.#counts.clear();
    const { endpoint, source } = folder;
    const fresh: ResultCounts = { endpoint, source, hit: 0, waited: 0, poisoned: 0, missed: {}, kept: {} };
    this.#counts.set(name, fresh);
    return fresh;
  }

  all(): readonly Readonly<ResultCounts>[] {
    return [...this.#counts.values()];
  }
}

/** One more of a name. */
export function countOne(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
