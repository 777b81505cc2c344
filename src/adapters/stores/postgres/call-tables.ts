import type { ColumnType, Generated } from "kysely";

type Stored<T> = ColumnType<T, string, string>;

/** Calls from before packs said what they hold; nothing is written here any more. Partitioned by ranges of `id`. */
interface CallTable {
  readonly id: string;
  readonly at: number;
  readonly endpoint: string | null;
  readonly release: string | null;
  readonly arm: string | null;
  readonly rollout_id: string | null;
  readonly session: string | null;
  readonly outcome: string;
  /** Where everything else is: a row of `fact_packs` of the day of `id`, and the line in it. */
  readonly pack: string;
  readonly line: number;
}

/** Partitioned by `day`: for facts the day of the calls, for bodies the day on which they expire. */
interface PackTable {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  /** Made from the contents: the same pack has the same id. */
  readonly id: string;
  readonly raw_bytes: number;
  /** zstd. */
  readonly data: Buffer;
}

/** Everything of a call but its bytes is a line of such a pack. */
interface FactPackTable extends PackTable {
  /** Times in the ids of the first and the last call; these four are `null` in packs whose calls are rows of `calls`. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** One per line, see `tagOf`. */
  readonly tags: readonly number[] | null;
  /** By the clock of the database, epoch microseconds. */
  readonly written_us: Generated<number | null>;
}

/** By what the calls of a pack can be found; partitioned by `day`, which is the pack's. */
interface CallMarkTable {
  readonly day: number;
  readonly mark: string;
  /** As in the pack. */
  readonly last_ms: number;
  readonly pack: string;
}

/** Packs of facts whose calls are in no segment yet. */
interface CallIndexQueueTable {
  readonly day: number;
  readonly pack: string;
  readonly first_ms: number;
  readonly last_ms: number;
}

/** Some columns of calls of one day, by which they are found; see `call-index/`. Partitioned by `day`. */
interface CallSegmentTable {
  readonly day: number;
  readonly id: string;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly calls: number;
  /** JSON, zstd. */
  readonly head: Buffer;
}

/** Partitioned by `day`: for columns that of the calls, for texts that on which they expire. */
interface CallSegmentPartTable {
  readonly day: number;
  readonly segment: string;
  readonly part: number;
  readonly raw_bytes: number;
  /** zstd. */
  readonly data: Buffer;
}

interface ResponseTable {
  readonly id: string;
  readonly key_id: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly raw_bytes: number;
  /** zstd. */
  readonly data: Buffer;
  /** Of the items of its answer, as `indexedText`. */
  readonly item_ids: readonly string[];
  readonly output_bytes: number;
  /** These items, zstd; `null` where there are none. */
  readonly output: Buffer | null;
}

/** Order of arrival by `position`; what has the same owner, id and part was said once. */
export interface FeedbackTable {
  readonly position: Generated<number>;
  readonly owner: string;
  readonly id: string;
  readonly part: number;
  readonly at: number;
  readonly kind: string;
  readonly key_id: string;
  readonly call_id: string | null;
  readonly session: string | null;
  readonly endpoint: string | null;
  readonly environment: string;
  readonly release: string | null;
  readonly rollout_id: string | null;
  readonly arm: string | null;
  readonly item: Stored<unknown>;
}

/** Packs of facts that could not be read when their turn to be indexed came. */
interface DamagedPackTable {
  readonly day: number;
  readonly pack: string;
}

/** Tables of recorded calls and what is said of them. */
export interface CallTables {
  readonly calls: CallTable;
  readonly fact_packs: FactPackTable;
  readonly call_marks: CallMarkTable;
  readonly body_packs: PackTable;
  readonly call_index_queue: CallIndexQueueTable;
  readonly call_segments: CallSegmentTable;
  readonly call_segment_parts: CallSegmentPartTable;
  readonly call_texts: CallSegmentPartTable;
  readonly responses: ResponseTable;
  readonly feedback: FeedbackTable;
  readonly damaged_packs: DamagedPackTable;
}
