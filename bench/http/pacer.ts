import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

/** What a pacer is told. */
interface Pace {
  readonly ratePerSecond: number;
}

/** Seed of the gaps: the same in every run, so that all contestants meet the same arrivals. */
const SEED = 20_261_123;

/** Milliseconds on a clock that all threads share. */
const sharedMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/**
 * Says when the next call is due, at a mean rate, each by itself: arrivals of many clients that know nothing of each other
 * (a Poisson process). Timers of an event loop come once a millisecond, so that calls would be sent four and eight at a
 * time, and the wait for each other would be measured. A thread that does nothing else sleeps to some 0.06 ms.
 */
export class Pacer {
  readonly #worker: Worker;

  /** `onDue`: the moment at which a call is due, on the clock of `performance.now()`. */
  constructor(ratePerSecond: number, onDue: (dueMs: number) => void) {
    const pace: Pace = { ratePerSecond };
    const behindMs = sharedMs() - performance.now();
    this.#worker = new Worker(new URL(import.meta.url), { workerData: pace });
    this.#worker.on("message", (dueMs: number) => onDue(dueMs - behindMs));
  }

  /** Ends it; no call is due any more. */
  stop(): void {
    this.#worker.removeAllListeners("message");
    void this.#worker.terminate();
  }
}

/** Gaps between arrivals in ms, exponential, by Lehmer's generator. */
function* gaps(meanMs: number): Generator<number, never> {
  for (let state = SEED; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield -Math.log(1 - state / 2_147_483_647) * meanMs;
  }
}

function tellDues({ ratePerSecond }: Pace): void {
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  let dueMs = sharedMs();
  for (const gap of gaps(1000 / ratePerSecond)) {
    dueMs += gap;
    const leftMs = dueMs - sharedMs();
    if (leftMs > 0) Atomics.wait(sleep, 0, 0, leftMs);
    parentPort?.postMessage(dueMs);
  }
}

if (!isMainThread) tellDues(workerData as Pace);
