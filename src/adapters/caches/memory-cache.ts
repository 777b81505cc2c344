import { LRUCache } from "lru-cache";
import type { AnswerCache, CacheCounts, CachePlace, Claim } from "../../ports/answer-cache.ts";
import type { Clock } from "../../ports/clock.ts";
import { MemoryClaims } from "./memory-claims.ts";

/** What the cache of one process stands on. */
export interface MemoryCacheTerms {
  readonly clock: Clock;
  /** Most bytes that entries may take, as the settings in force say; 0 keeps nothing. */
  readonly maxBytes: () => number;
}

interface Entry {
  readonly endpoint: string;
  readonly text: string;
  /** Monotonic milliseconds. */
  readonly expiresAt: number;
}

/** What an entry takes besides its text: key, object and list node, bytes, about. */
const OVERHEAD_BYTES = 400;

/** A string takes one byte or two a code unit; the larger is reckoned with. */
const UNIT_BYTES = 2;

/** Without a token there is nobody to claim against: the calls of one process agree among themselves. */
const OURS: Claim = { state: "ours", renew: () => {}, release: () => {} };

/** The cache of one process: the least recently used entries make room when it is full. */
export function createMemoryCache({ clock, maxBytes }: MemoryCacheTerms): AnswerCache {
  const counts = { found: 0, absent: 0, stored: 0, evicted: 0 };
  const entries = new BoundedEntries(() => (counts.evicted += 1));
  const claims = new MemoryClaims(clock);
  return {
    isShared: false,
    find({ endpoint, key }) {
      const entry = entries.get(placeText({ endpoint, key }), clock.elapsed());
      counts[entry === undefined ? "absent" : "found"] += 1;
      return Promise.resolve(entry?.text ?? null);
    },
    store({ endpoint, key }, text, keepMs) {
      const place = placeText({ endpoint, key });
      const isKept = entries.set(place, { endpoint, text, expiresAt: clock.elapsed() + keepMs }, maxBytes());
      if (isKept) counts.stored += 1;
      return Promise.resolve(isKept);
    },
    evict: (place) => Promise.resolve(entries.delete(placeText(place))),
    purge: (endpoint) => Promise.resolve(entries.purge(endpoint)),
    claim: (place, leaseMs, token) => Promise.resolve(token === undefined ? OURS : claims.claim(place, leaseMs, token)),
    counts: (): CacheCounts => ({ ...counts, failed: 0, bytes: entries.bytes }),
  };
}

const placeText = ({ endpoint, key }: CachePlace): string => `${endpoint} ${key}`;

/** Entries within a bound that may change under way. */
class BoundedEntries {
  readonly #onEvict: () => void;
  #entries: LRUCache<string, Entry> | null = null;
  #maxBytes = 0;

  constructor(onEvict: () => void) {
    this.#onEvict = onEvict;
  }

  get bytes(): number {
    return this.#entries?.calculatedSize ?? 0;
  }

  get(place: string, now: number): Entry | undefined {
    const entry = this.#entries?.get(place);
    if (entry === undefined || entry.expiresAt > now) return entry;
    this.#entries?.delete(place);
    return undefined;
  }

  /** False for an entry that does not fit; the older one under the same place goes all the same. */
  set(place: string, entry: Entry, maxBytes: number): boolean {
    const entries = this.#bounded(maxBytes);
    const size = sizeOf(entry);
    // One entry must not push out all others.
    if (entries === null || size > maxBytes / 4) {
      entries?.delete(place);
      return false;
    }
    entries.set(place, entry, { size });
    return true;
  }

  delete(place: string): boolean {
    return this.#entries?.delete(place) ?? false;
  }

  purge(endpoint: string): number {
    const entries = this.#entries;
    if (entries === null) return 0;
    const places = [...entries.entries()].flatMap(([place, entry]) => (entry.endpoint === endpoint ? [place] : []));
    for (const place of places) entries.delete(place);
    return places.length;
  }

  /** The library takes its bound once: another bound is another list, filled with the entries used last. */
  #bounded(maxBytes: number): LRUCache<string, Entry> | null {
    if (this.#maxBytes === maxBytes) return this.#entries;
    const older = this.#entries;
    this.#maxBytes = maxBytes;
    this.#entries = maxBytes <= 0 ? null : this.#created(maxBytes);
    if (older === null || this.#entries === null) return this.#entries;
    for (const [place, entry] of [...older.entries()].toReversed()) {
      if (sizeOf(entry) <= maxBytes / 4) this.#entries.set(place, entry, { size: sizeOf(entry) });
    }
    return this.#entries;
  }

  #created(maxSize: number): LRUCache<string, Entry> {
    return new LRUCache<string, Entry>({
      maxSize,
      dispose: (_entry, _place, reason) => {
        if (reason === "evict") this.#onEvict();
      },
    });
  }
}

const sizeOf = ({ text }: Entry): number => text.length * UNIT_BYTES + OVERHEAD_BYTES;
