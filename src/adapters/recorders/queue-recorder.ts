import type { CallRecord } from "../../domain/call/call-record.ts";
import { BoundedQueue } from "../../kit/bounded-queue.ts";
import type { CallRecorder } from "../../ports/call-recorder.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Clock } from "../../ports/clock.ts";

/** Bounds of the recorder. */
export interface RecorderLimits {
  readonly maxItems: number;
  /** Above this, calls are kept without their bytes. */
  readonly bodyBytes: number;
  /** Calls written in one go. */
  readonly batchItems: number;
  readonly batchBytes: number;
  readonly everyMs: number;
  /** Longest pause after a failed write. */
  readonly maxBackoffMs: number;
}

/** What the recorder is plugged into. */
export interface RecorderTerms {
  readonly store: CallStore;
  readonly clock: Clock;
  readonly limits?: Partial<RecorderLimits>;
}

/** 64 MB of bodies and 50,000 facts: some seconds of full load while the store is away. */
const DEFAULT_LIMITS: RecorderLimits = {
  maxItems: 50_000,
  bodyBytes: 64 * 1024 * 1024,
  batchItems: 1_000,
  batchBytes: 8 * 1024 * 1024,
  everyMs: 50,
  maxBackoffMs: 5_000,
};

const sizeOf = ({ bodies }: CallRecord): number =>
  (bodies.request?.length ?? 0) + (bodies.upstream?.length ?? 0) + (bodies.answer?.length ?? 0);

const NO_BODIES = { request: null, upstream: null, answer: null } as const;

/**
 * Writes calls behind the request's way: one batch under way at a time, tried again while the store is away.
 * When memory runs short the bytes of new calls go first, then whole calls; both are counted.
 */
export function createQueueRecorder({ store, clock, limits }: RecorderTerms): CallRecorder {
  return new QueueRecorder(store, clock, { ...DEFAULT_LIMITS, ...limits });
}

class QueueRecorder implements CallRecorder {
  readonly #store: CallStore;
  readonly #clock: Clock;
  readonly #limits: RecorderLimits;
  readonly #queue: BoundedQueue<CallRecord>;
  #recorded = 0;
  #droppedBodies = 0;
  #droppedFacts = 0;
  #inFlight = 0;
  #writing: Promise<void> | null = null;
  #armed = false;
  #failures = 0;

  constructor(store: CallStore, clock: Clock, limits: RecorderLimits) {
    this.#store = store;
    this.#clock = clock;
    this.#limits = limits;
    this.#queue = new BoundedQueue({ maxItems: limits.maxItems, maxBytes: limits.bodyBytes });
  }

  record(call: CallRecord): void {
    const bytes = sizeOf(call);
    if (!this.#queue.offer(call, bytes)) {
      if (bytes > 0) this.#droppedBodies += 1;
      if (!this.#queue.offer({ facts: { ...call.facts, retainBodiesDays: 0 }, bodies: NO_BODIES }, 0)) this.#droppedFacts += 1;
    }
    this.#arm();
  }

  counts(): ReturnType<CallRecorder["counts"]> {
    return {
      recorded: this.#recorded,
      droppedBodies: this.#droppedBodies,
      droppedFacts: this.#droppedFacts,
      waiting: this.#queue.length + this.#inFlight,
      waitingBytes: this.#queue.bytes,
    };
  }

  async flush(): Promise<void> {
    while (this.#queue.length > 0 || this.#writing !== null) {
      const failed = this.#failures;
      await (this.#writing ?? this.#write());
      // A store that is away when the process stops will not come back in time.
      if (this.#failures > failed) this.#giveUp();
    }
  }

  #arm(): void {
    if (this.#armed || this.#writing !== null) return;
    this.#armed = true;
    const backoff = this.#failures === 0 ? 0 : Math.min(this.#limits.maxBackoffMs, 100 * 2 ** this.#failures);
    this.#clock.after(Math.max(this.#limits.everyMs, backoff), () => {
      this.#armed = false;
      void this.#write();
    });
  }

  #write(): Promise<void> {
    if (this.#writing !== null) return this.#writing;
    const batch = this.#queue.takeUpTo(this.#limits.batchItems, this.#limits.batchBytes);
    if (batch.length === 0) return Promise.resolve();
    this.#inFlight = batch.length;
    this.#writing = this.#append(batch).finally(() => {
      this.#writing = null;
      this.#inFlight = 0;
      if (this.#queue.length > 0) this.#arm();
    });
    return this.#writing;
  }

  async #append(batch: readonly CallRecord[]): Promise<void> {
    try {
      await this.#store.append(batch);
      this.#recorded += batch.length;
      this.#failures = 0;
    } catch {
      this.#failures += 1;
      for (const call of batch) this.#takeBack(call);
    }
  }

  /** A failed batch waits again behind newer calls; lists order by id, so its place does not matter. */
  #takeBack(call: CallRecord): void {
    const bytes = sizeOf(call);
    if (this.#queue.offer(call, bytes)) return;
    if (bytes > 0) this.#droppedBodies += 1;
    if (!this.#queue.offer({ facts: call.facts, bodies: NO_BODIES }, 0)) this.#droppedFacts += 1;
  }

  #giveUp(): void {
    this.#droppedFacts += this.#queue.takeUpTo(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).length;
  }
}
