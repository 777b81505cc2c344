import type { CacheFact, CacheStatus } from "../../domain/cache/cache-fact.ts";
import type { AnswerCache, CachePlace } from "../../ports/answer-cache.ts";
import { Flights } from "./flights.ts";
import { KnownKeys } from "./known-keys.ts";
import type { SemanticDesk } from "./semantic/semantic-desk.ts";

/** What the calls of this process had to do with the cache since it started, by outcome and by reason. */
export interface CacheTally {
  readonly hit: number;
  readonly miss: number;
  readonly stale: number;
  /** Hits that waited for an identical call which was under way. */
  readonly shared: number;
  /** Entries that could not be believed. */
  readonly poisoned: number;
  /** By what kept the request from the cache. */
  readonly bypassed: Readonly<Record<string, number>>;
  /** By what kept the answer out of it; `stored` for those that were kept. */
  readonly kept: Readonly<Record<string, number>>;
}

/** The gateway's side of the cache: the cache itself, the questions under way, and the counts. */
export class CacheDesk {
  readonly cache: AnswerCache;
  /** Questions that mean the same as others; `null` where this process looks for none. */
  readonly semantic: SemanticDesk | null;
  readonly flights = new Flights();
  readonly keys = new KnownKeys();
  /** How often each endpoint was purged: what was asked before that is not kept after it. */
  readonly #purges = new Map<string, number>();
  readonly #tally = { hit: 0, miss: 0, stale: 0, shared: 0, poisoned: 0 };
  /** Hits that were found by their meaning. */
  #byMeaning = 0;
  readonly #bypassed = new Map<string, number>();
  readonly #kept = new Map<string, number>();

  constructor(cache: AnswerCache, semantic: SemanticDesk | null = null) {
    this.cache = cache;
    this.semantic = semantic;
  }

  /** Counts a call that is over. */
  count({ status, bypassed, kept, waitedMs, semantic }: CacheFact): void {
    if (status === "bypass") add(this.#bypassed, bypassed ?? "unknown");
    else this.#tally[status] += 1;
    if (status === "hit" && waitedMs > 0) this.#tally.shared += 1;
    if (status === "hit" && semantic?.outcome === "hit") this.#byMeaning += 1;
    if (kept !== null) add(this.#kept, kept);
  }

  countPoisoned(): void {
    this.#tally.poisoned += 1;
  }

  tally(): CacheTally {
    return { ...this.#tally, bypassed: Object.fromEntries(this.#bypassed), kept: Object.fromEntries(this.#kept) };
  }

  /** Calls by what the cache gave them. */
  lookups(): Readonly<Record<CacheStatus | "semantic", number>> {
    const { hit, miss, stale } = this.#tally;
    const bypass = [...this.#bypassed.values()].reduce((sum, count) => sum + count, 0);
    return { hit: hit - this.#byMeaning, semantic: this.#byMeaning, stale, miss, bypass };
  }

  purgesOf(endpoint: string): number {
    return this.#purges.get(endpoint) ?? 0;
  }

  /** Forgets one answer, also one that is on its way; resolves to whether there was one. */
  evict(place: CachePlace): Promise<boolean> {
    this.flights.forget(place.key);
    return this.cache.evict(place);
  }

  /** Forgets all answers of an endpoint, also those on their way; resolves to how many there were. */
  async purge(endpoint: string): Promise<number> {
    add(this.#purges, endpoint);
    const purged = await this.cache.purge(endpoint);
    // Without their answers they are found by nobody.
    await this.semantic?.purge(endpoint).catch(() => this.semantic?.copies.clear());
    return purged;
  }
}

const add = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
