import type { CallRecord } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import { BoundedQueue } from "../../kit/bounded-queue.ts";
import type { CallRecorder, RecorderCounts } from "../../ports/call-recorder.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Clock } from "../../ports/clock.ts";
import { troubleOf } from "./trouble-of.ts";

/** Bounds of the recorder. What is being written counts until it is written. */
export interface RecorderLimits {
  /** Calls that may wait, and the bytes of their facts (an estimate). */
  readonly maxItems: number;
  readonly factBytes: number;
  /** Bytes of bodies that may wait; beyond, calls are kept without them. */
  readonly bodyBytes: number;
  /** Calls written in one go, and their bytes. */
  readonly batchItems: number;
  readonly batchBytes: number;
  /** How long calls are gathered at most, ms: what a hard kill can lose of a store that keeps up. */
  readonly everyMs: number;
  /** The same after a batch of `manyItems` and more: a batch costs the database some milliseconds whatever it holds. */
  readonly manyEveryMs: number;
  readonly manyItems: number;
  /** Longest pause after a failed write. */
  readonly maxBackoffMs: number;
}

/** What the recorder is plugged into. */
export interface RecorderTerms {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly limits?: Partial<RecorderLimits>;
}

/** Some seconds of full load while the store is away, in a hundred megabytes. */
const DEFAULT_LIMITS: RecorderLimits = {
  maxItems: 50_000,
  factBytes: 48 * 1024 * 1024,
  bodyBytes: 64 * 1024 * 1024,
  batchItems: 2_000,
  batchBytes: 4 * 1024 * 1024,
  everyMs: 50,
  manyEveryMs: 200,
  manyItems: 100,
  maxBackoffMs: 5_000,
};

const FIRST_BACKOFF_MS = 100;
/** Failures after which the batch itself is suspected, when the store does not say that it is away. */
const PATIENCE = 3;
/** Failures in a row that one bad call can cause at most: patience, then halves of a batch down to the call. */
const MAX_DIVISIONS = 20;

const NO_BODIES = { request: null, upstream: null, answer: null } as const;

const bodyBytesOf = ({ bodies: { request, upstream, answer } }: CallRecord): number =>
  (request?.length ?? 0) + (upstream === request ? 0 : (upstream?.length ?? 0)) + (answer?.length ?? 0);

/** Bytes of the objects in memory: 1,634 were measured for one attempt and three stages. */
const factBytesOf = ({ facts }: CallRecord): number => 1_000 + 350 * facts.attempts.length + 90 * facts.stages.length;

/** A call that waits, and what it weighs. */
interface Waiting {
  readonly call: CallRecord;
  readonly factBytes: number;
  readonly bodyBytes: number;
}

/** Calls that are written together; the same list is given to the store again as long as it is away. */
interface Batch {
  readonly waiting: readonly Waiting[];
  readonly calls: readonly CallRecord[];
}

const batchOf = (waiting: readonly Waiting[]): Batch => ({ waiting, calls: waiting.map(({ call }) => call) });

const withoutBodies = ({ facts }: CallRecord): CallRecord => ({
  facts: { ...facts, retainBodiesDays: 0 },
  bodies: NO_BODIES,
});

/**
 * Writes calls behind the request's way: one batch under way at a time, the same batch again while the store
 * is away. When memory runs short the bytes of new calls go first, then whole calls; every loss is counted.
 */
export function createQueueRecorder({ store, clock, limits }: RecorderTerms): CallRecorder {
  return new QueueRecorder(store, clock, { ...DEFAULT_LIMITS, ...limits });
}

class QueueRecorder implements CallRecorder {
  readonly #store: CallStore;
  readonly #clock: Clock;
  readonly #limits: RecorderLimits;
  readonly #queue: BoundedQueue<Waiting>;
  /** Taken from the queue and not yet written, in order; more than one batch only after one was divided. */
  #batches: Batch[] = [];
  #recorded = 0;
  #droppedBodies = 0;
  #droppedFacts = 0;
  /** Calls and bytes that wait, those in `#batches` included. */
  #items = 0;
  #factBytes = 0;
  #bodyBytes = 0;
  #writing: Promise<void> | null = null;
  /** Calls in the batch that was written last. */
  #lastItems = 0;
  /** Cancels the next write. */
  #disarm: (() => void) | null = null;
  /** Whether the next write waits for more calls, rather than for the store. */
  #isGathering = false;
  /** In a row. */
  #failures = 0;
  /** Why nothing can be written: set when the store is away, or takes no call at all. */
  #trouble: string | null = null;
  /** The store has said itself that it is away. */
  #isAway = false;
  /** A call that the store will not take is being looked for. */
  #isDividing = false;

  constructor(store: CallStore, clock: Clock, limits: RecorderLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
    // The bounds are kept here, because they also hold for what has left the queue.
    this.#queue = new BoundedQueue({ maxItems: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER });
  }

  record(call: CallRecord): void {
    const bodyBytes = bodyBytesOf(call);
    const factBytes = factBytesOf(call);
    const hasRoomForBodies = this.#bodyBytes + bodyBytes <= this.#limits.bodyBytes;
    if (this.#items >= this.#limits.maxItems || this.#factBytes + factBytes > this.#limits.factBytes) {
      this.#drop(bodyBytes);
      return;
    }
    if (!hasRoomForBodies) this.#droppedBodies += 1;
    const kept = hasRoomForBodies ? call : withoutBodies(call);
    const waiting = { call: this.#store.hold?.(kept) ?? kept, factBytes, bodyBytes: hasRoomForBodies ? bodyBytes : 0 };
    this.#items += 1;
    this.#factBytes += factBytes;
    this.#bodyBytes += waiting.bodyBytes;
    this.#queue.offer(waiting, factBytes + waiting.bodyBytes);
    this.#arm();
  }

  counts(): RecorderCounts {
    return {
      recorded: this.#recorded,
      droppedBodies: this.#droppedBodies,
      droppedFacts: this.#droppedFacts,
      waiting: this.#items,
      waitingBytes: this.#factBytes + this.#bodyBytes,
      trouble: this.#trouble,
    };
  }

  async flush(): Promise<void> {
    await this.#writing;
    while (this.#items > 0) {
      await this.#write();
      // Who flushes is about to stop, and a store that is away now will not be back in time.
      if (this.#isAway) this.#giveUp();
    }
  }

  #drop(bodyBytes: number): void {
    this.#droppedFacts += 1;
    if (bodyBytes > 0) this.#droppedBodies += 1;
  }

  /** Writes after a while, or soon when a whole batch is there; never on the stack of the caller. */
  #arm(): void {
    if (this.#writing !== null) return;
    const isFull = this.#failures === 0 && this.#hasFullBatch();
    if (this.#disarm !== null && !(isFull && this.#isGathering)) return;
    this.#disarm?.();
    this.#isGathering = !isFull;
    this.#disarm = this.#clock.after(isFull ? 0 : this.#pauseMs(), () => {
      this.#disarm = null;
      void this.#write();
    });
  }

  #hasFullBatch(): boolean {
    return this.#queue.length >= this.#limits.batchItems || this.#queue.bytes >= this.#limits.batchBytes;
  }

  #pauseMs(): number {
    const { everyMs, manyEveryMs, manyItems, maxBackoffMs } = this.#limits;
    if (this.#isDividing) return everyMs;
    if (this.#failures === 0) return this.#lastItems < manyItems ? everyMs : manyEveryMs;
    return Math.min(maxBackoffMs, FIRST_BACKOFF_MS * 2 ** (this.#failures - 1));
  }

  #write(): Promise<void> {
    this.#disarm?.();
    this.#disarm = null;
    this.#writing ??= this.#writeOnce().finally(() => {
      this.#writing = null;
      if (this.#items > 0) this.#arm();
    });
    return this.#writing;
  }

  async #writeOnce(): Promise<void> {
    const { batchItems, batchBytes } = this.#limits;
    const batch = this.#batches[0] ?? batchOf(this.#queue.takeUpTo(batchItems, batchBytes));
    if (batch.calls.length === 0) return;
    this.#batches[0] = batch;
    try {
      await this.#store.append(batch.calls);
      this.#recorded += batch.calls.length;
      this.#lastItems = batch.calls.length;
      this.#failures = 0;
      this.#isAway = false;
      this.#trouble = null;
      this.#forget(batch);
    } catch (error) {
      this.#failures += 1;
      this.#isAway = error instanceof RollwardError && error.retryable;
      // A batch that is divided says nothing of the store, unless not even its parts are taken.
      if (this.#isAway || this.#failures > MAX_DIVISIONS) this.#trouble = troubleOf(error);
      if (!this.#isAway && (this.#isDividing || this.#failures >= PATIENCE)) this.#divide(batch);
    }
  }

  /** One call that no store takes must not hold up all others: halves find it, and it alone is lost. */
  #divide(batch: Batch): void {
    const { waiting } = batch;
    const [only] = waiting;
    if (only !== undefined && waiting.length === 1) {
      this.#drop(only.bodyBytes);
      this.#forget(batch);
      return;
    }
    this.#isDividing = true;
    const middle = Math.ceil(waiting.length / 2);
    this.#batches.splice(0, 1, batchOf(waiting.slice(0, middle)), batchOf(waiting.slice(middle)));
  }

  #forget({ waiting }: Batch): void {
    this.#batches.shift();
    if (this.#batches.length === 0) this.#isDividing = false;
    this.#items -= waiting.length;
    for (const { factBytes, bodyBytes } of waiting) {
      this.#factBytes -= factBytes;
      this.#bodyBytes -= bodyBytes;
    }
  }

  #giveUp(): void {
    const begun = this.#batches.flatMap(({ waiting }) => waiting);
    const rest = [...begun, ...this.#queue.takeUpTo(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)];
    for (const { bodyBytes } of rest) this.#drop(bodyBytes);
    this.#batches = [];
    this.#items = 0;
    this.#factBytes = 0;
    this.#bodyBytes = 0;
  }
}
