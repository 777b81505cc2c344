import { nearestVectors } from "../../../kit/nearest-vectors.ts";
import { MOST_NOTES, REMOVALS_TOLD_MS } from "../../../ports/meaning-store.ts";
import type { Clock } from "../../../ports/clock.ts";
import type {
  KnownMeaning,
  Meaning,
  MeaningNote,
  MeaningPlace,
  MeaningStore,
  NearMeaning,
} from "../../../ports/meaning-store.ts";

/** What copies stand on. */
export interface CopyTerms {
  readonly store: MeaningStore;
  readonly clock: Clock;
  /** Most that all copies may take, bytes. */
  readonly maxBytes: number;
}

/** A search in one partition. */
export interface CopySearch {
  readonly partition: string;
  readonly vector: Float32Array;
  readonly count: number;
  /** Most entries that the partition may have, by its policy. */
  readonly most: number;
}

interface Copy {
  readonly entries: Map<string, KnownMeaning>;
  /** The entries in an order, and their vectors; `null` after a change. */
  order: { readonly meanings: readonly KnownMeaning[]; readonly vectors: readonly Float32Array[] } | null;
  cursor: number;
  bytes: number;
  /** Monotonic milliseconds. */
  readAt: number;
  triedAt: number;
  /** Whether it made room for others. */
  isDropped: boolean;
  work: Promise<void> | null;
}

/** Larger partitions are searched where they lie: a scan of this many takes about 2 ms of this process. */
const MOST_COPIED = 5_000;
/** What other replicas have remembered is known after this long. */
const REFRESH_MS = 2_000;
/**
 * A copy that nobody has read again for so long is read before it is searched: what was forbidden or removed meanwhile
 * must not come back. Far less than the time for which removals are told.
 */
const STALE_MS = 60_000;
/** What an entry takes beside its vector and its words, bytes, about. */
const OVERHEAD_BYTES = 1_500;
/** What a partition takes without entries: every conversation has partitions of its own, and most stay empty. */
const EMPTY_BYTES = 500;

/** Partitions near to hand, so that a search waits for no database. What is older than the store says so at its answer. */
export class PartitionCopies {
  readonly #terms: CopyTerms;
  /** In the order of their use. */
  readonly #copies = new Map<string, Copy>();
  #bytes = 0;

  constructor(terms: CopyTerms) {
    this.#terms = terms;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The nearest that have not expired. Rejects where the partition must be read first and cannot be. */
  async nearest({ partition, vector, count, most }: CopySearch): Promise<readonly NearMeaning[]> {
    const { store, clock } = this.#terms;
    if (store.search === "memory" || most > MOST_COPIED) {
      return store.nearest(partition, vector, { count, now: clock.now() });
    }
    const copy = this.#use(partition);
    const isDue = clock.elapsed() - copy.triedAt > REFRESH_MS;
    if (clock.elapsed() - copy.readAt > STALE_MS) {
      if (!isDue && copy.work === null) throw new Error("The partition could not be read a moment ago.");
      await this.#refresh(partition, copy);
    } else if (isDue) void this.#refresh(partition, copy).catch(() => {});
    return nearestIn(copy, { vector, count, now: clock.now() });
  }

  /** A question that was put into the store is found here at once. */
  put(meaning: Meaning): void {
    const copy = this.#copies.get(meaning.partition);
    if (copy !== undefined) this.#set(copy, { ...meaning, notes: [], vetoes: [] });
  }

  note({ partition, key }: MeaningPlace, note: MeaningNote): void {
    const copy = this.#copies.get(partition);
    const old = copy?.entries.get(key);
    if (copy !== undefined && old !== undefined)
      this.#set(copy, { ...old, notes: [...old.notes, note].slice(-MOST_NOTES) });
  }

  veto({ partition, key }: MeaningPlace, question: string): void {
    const copy = this.#copies.get(partition);
    const old = copy?.entries.get(key);
    if (copy !== undefined && old !== undefined) this.#set(copy, { ...old, vetoes: [...old.vetoes, question] });
  }

  /** Forgets everything; it is read again when somebody asks. */
  clear(): void {
    for (const copy of this.#copies.values()) copy.isDropped = true;
    this.#copies.clear();
    this.#bytes = 0;
  }

  #use(partition: string): Copy {
    const known = this.#copies.get(partition);
    const copy = known ?? {
      entries: new Map<string, KnownMeaning>(),
      order: null,
      cursor: 0,
      bytes: EMPTY_BYTES,
      readAt: Number.NEGATIVE_INFINITY,
      triedAt: Number.NEGATIVE_INFINITY,
      isDropped: false,
      work: null,
    };
    this.#copies.delete(partition);
    this.#copies.set(partition, copy);
    if (known === undefined) {
      this.#bytes += copy.bytes;
      this.#makeRoom(copy);
    }
    return copy;
  }

  /** The partition that was used least lately goes first, and the one that is in use never. */
  #makeRoom(used: Copy): void {
    for (const [name, copy] of this.#copies) {
      if (this.#bytes <= this.#terms.maxBytes) return;
      if (copy === used) continue;
      this.#copies.delete(name);
      copy.isDropped = true;
      this.#bytes -= copy.bytes;
    }
  }

  #refresh(partition: string, copy: Copy): Promise<void> {
    copy.work ??= this.#read(partition, copy).finally(() => {
      copy.work = null;
    });
    return copy.work;
  }

  async #read(partition: string, copy: Copy): Promise<void> {
    const { store, clock } = this.#terms;
    const asked = clock.elapsed();
    copy.triedAt = asked;
    const now = clock.now();
    // Removals are not told for ever: a copy from before that begins anew.
    const isNew = asked - copy.readAt > REMOVALS_TOLD_MS;
    const before = isNew ? [...copy.entries.keys()] : [];
    const { changed, removed, cursor } = await store.changes(partition, isNew ? 0 : copy.cursor, now);
    for (const key of before) this.#drop(copy, key);
    for (const meaning of changed) this.#set(copy, meaning);
    for (const key of removed) this.#drop(copy, key);
    for (const { key, expiresAt } of copy.entries.values()) if (expiresAt <= now) this.#drop(copy, key);
    copy.cursor = cursor;
    copy.readAt = asked;
    this.#makeRoom(copy);
  }

  #set(copy: Copy, meaning: KnownMeaning): void {
    this.#drop(copy, meaning.key);
    copy.entries.set(meaning.key, meaning);
    this.#grow(copy, bytesOf(meaning));
  }

  #drop(copy: Copy, key: string): void {
    const old = copy.entries.get(key);
    if (old === undefined) return;
    copy.entries.delete(key);
    this.#grow(copy, -bytesOf(old));
  }

  #grow(copy: Copy, bytes: number): void {
    copy.order = null;
    copy.bytes += bytes;
    if (!copy.isDropped) this.#bytes += bytes;
  }
}

const bytesOf = ({ vector, question }: Meaning): number => vector.byteLength + 2 * question.length + OVERHEAD_BYTES;

interface NearTerms {
  readonly vector: Float32Array;
  readonly count: number;
  readonly now: number;
}

/** A few more are looked at than asked for: some may have expired since the copy was read. */
const SPARE = 8;

function nearestIn(copy: Copy, { vector, count, now }: NearTerms): readonly NearMeaning[] {
  const meanings = copy.order?.meanings ?? [...copy.entries.values()];
  const vectors = copy.order?.vectors ?? meanings.map((meaning) => meaning.vector);
  copy.order = { meanings, vectors };
  const near = nearestVectors(vector, vectors, count + SPARE).flatMap(({ index, product }) => {
    const meaning = meanings[index];
    return meaning === undefined || meaning.expiresAt <= now ? [] : [{ meaning, similarity: product }];
  });
  return near.slice(0, count);
}
