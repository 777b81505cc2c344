import { nearestVectors } from "../../../kit/nearest-vectors.ts";
import { MOST_NOTES, MOST_VETOES } from "../../../ports/meaning-store.ts";
import type { KnownMeaning, MeaningPlace, MeaningRemoval, MeaningStore } from "../../../ports/meaning-store.ts";

/** What a question takes beside its vector and question: objects, keys, notes; bytes, about. */
const OVERHEAD_BYTES = 1_500;

type Partition = Map<string, KnownMeaning>;

/** Meanings in memory, of at most `maxBytes`; the partition that was used least lately goes first. */
export function createMemoryMeaningStore(maxBytes: number): MeaningStore {
  const partitions = new Partitions(maxBytes);
  return {
    search: "memory",
    async put(meaning, most) {
      partitions.put({ ...meaning, notes: [], vetoes: [] }, most);
    },
    async nearest(partition, vector, { count, now }) {
      const live = partitions.live(partition, now);
      const vectors = live.map((meaning) => meaning.vector);
      return nearestVectors(vector, vectors, count).flatMap(({ index, product }) => {
        const meaning = live[index];
        return meaning === undefined ? [] : [{ meaning, similarity: product }];
      });
    },
    async changes(partition, _since, now) {
      return { changed: partitions.live(partition, now), removed: [], cursor: 0 };
    },
    note: async (place, note) =>
      partitions.change(place, (old) => ({ ...old, notes: [...old.notes, note].slice(-MOST_NOTES) })),
    veto: async (place, question) =>
      partitions.change(place, (old) => {
        if (old.vetoes.includes(question)) return old;
        return old.vetoes.length >= MOST_VETOES ? null : { ...old, vetoes: [...old.vetoes, question] };
      }),
    remove: async (what) => partitions.remove(what),
    expire: async (now) => partitions.expire(now),
    poisoned: () => 0,
  };
}

/** Partitions within a bound, in the order of their last use. */
class Partitions {
  readonly #maxBytes: number;
  readonly #partitions = new Map<string, Partition>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  put(meaning: KnownMeaning, most: number): void {
    const partition = this.#used(meaning.partition) ?? new Map<string, KnownMeaning>();
    this.#partitions.set(meaning.partition, partition);
    this.#drop(partition, meaning.key);
    partition.set(meaning.key, meaning);
    this.#bytes += bytesOf(meaning);
    for (const key of partition.keys()) if (partition.size > most) this.#drop(partition, key);
    for (const [name, other] of this.#partitions) {
      if (this.#bytes <= this.#maxBytes) break;
      // One partition larger than the bound makes room in itself.
      if (other !== partition) this.#forget(name, other);
    }
    for (const key of partition.keys()) if (this.#bytes > this.#maxBytes) this.#drop(partition, key);
  }

  live(name: string, now: number): readonly KnownMeaning[] {
    const partition = this.#used(name);
    return partition === undefined ? [] : [...partition.values()].filter(({ expiresAt }) => expiresAt > now);
  }

  /** `null` removes it; false where nothing is changed. */
  change({ partition: name, key }: MeaningPlace, to: (old: KnownMeaning) => KnownMeaning | null): boolean {
    const partition = this.#partitions.get(name);
    const old = partition?.get(key);
    if (partition === undefined || old === undefined) return false;
    const changed = to(old);
    if (changed === old) return false;
    if (changed === null) this.#drop(partition, key);
    else partition.set(key, changed);
    return true;
  }

  remove(what: MeaningRemoval): number {
    let removed = 0;
    for (const [name, partition] of this.#partitions) {
      if ("partition" in what && what.partition !== name) continue;
      for (const [key, { endpoint }] of partition) {
        if ("key" in what ? key !== what.key : "endpoint" in what && endpoint !== what.endpoint) continue;
        this.#drop(partition, key);
        removed += 1;
      }
      if (partition.size === 0) this.#partitions.delete(name);
    }
    return removed;
  }

  expire(now: number): void {
    for (const [name, partition] of this.#partitions) {
      for (const [key, { expiresAt }] of partition) if (expiresAt <= now) this.#drop(partition, key);
      if (partition.size === 0) this.#partitions.delete(name);
    }
  }

  #used(name: string): Partition | undefined {
    const partition = this.#partitions.get(name);
    if (partition === undefined) return undefined;
    this.#partitions.delete(name);
    this.#partitions.set(name, partition);
    return partition;
  }

  #forget(name: string, partition: Partition): void {
    for (const key of partition.keys()) this.#drop(partition, key);
    this.#partitions.delete(name);
  }

  #drop(partition: Partition, key: string): void {
    const meaning = partition.get(key);
    if (meaning === undefined) return;
    this.#bytes -= bytesOf(meaning);
    partition.delete(key);
  }
}

const bytesOf = ({ vector, question }: KnownMeaning): number =>
  vector.byteLength + 2 * question.length + OVERHEAD_BYTES;
