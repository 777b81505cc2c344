import { Worker } from "node:worker_threads";
import { RollwardError } from "../../../domain/errors.ts";
import { isDatabaseAway } from "../../../domain/is-database-away.ts";
import type { WriterError, WriterNews, WriterOrder, WriterTask } from "./call-writer-worker.ts";
import { unavailable } from "./database-error.ts";
import type { Database } from "./database.ts";

const STOP_MS = 5_000;

/** Writes calls beside the request's way. */
export interface CallWriter {
  /**
   * Takes what `joinCalls` gave and makes it its own; resolves when it is committed. Rejects with
   * `database_unavailable`, or an error that says what is wrong with the calls.
   */
  write(joined: Buffer<ArrayBuffer>): Promise<void>;
  /**
   * Takes some new calls into the index (call-index/), and rests so many times as long as it works, in between; not at all where that is
   * absent, and then a step under way rests no more. Answers how many packs still wait.
   */
  index(rests?: number): Promise<number>;
  /** Ends when what was taken is written or has failed. */
  close(): Promise<void>;
}

/**
 * A writer on a thread of its own: hashing, packing, compressing and the wire cost as much as serving a call does, and
 * here they cost its thread the copying of bytes. The thread begins with the first batch, and again after it ended.
 */
export const createCallWriter = (order: WriterOrder, state: DatabaseState = NOTHING_KNOWN): CallWriter =>
  new ThreadedCallWriter(order, state);

/** What is known of a database beside what its connections say. */
export type DatabaseState = Pick<Database, "trouble" | "lastStop">;

const NOTHING_KNOWN: DatabaseState = { trouble: () => null, lastStop: () => null };

class ThreadedCallWriter implements CallWriter {
  readonly #order: WriterOrder;
  readonly #state: DatabaseState;
  readonly #waiting = new Map<number, PromiseWithResolvers<number>>();
  /** One step at a time: whoever asks meanwhile waits for the same. */
  #indexing: Promise<number> | null = null;
  #worker: Worker | null = null;
  #number = 0;

  constructor(order: WriterOrder, state: DatabaseState) {
    this.#order = order;
    this.#state = state;
  }

  async write(joined: Buffer<ArrayBuffer>): Promise<void> {
    await this.#ask((number) => ({ number, joined }), [joined.buffer]);
  }

  index(rests = 0): Promise<number> {
    if (rests === 0) this.#hurry();
    this.#indexing ??= this.#ask((number) => ({ number, rests }), []).finally(() => (this.#indexing = null));
    return this.#indexing;
  }

  #hurry(): void {
    if (this.#indexing !== null) this.#worker?.postMessage("hurry" satisfies WriterTask);
  }

  #ask(taskOf: (number: number) => WriterTask, transferred: readonly ArrayBuffer[]): Promise<number> {
    const trouble = this.#state.trouble();
    if (trouble !== null) return Promise.reject(unavailable(trouble));
    const answer = Promise.withResolvers<number>();
    this.#number += 1;
    this.#waiting.set(this.#number, answer);
    const worker = this.#running();
    worker.ref();
    worker.postMessage(taskOf(this.#number), transferred);
    return answer.promise;
  }

  async close(): Promise<void> {
    this.#hurry();
    await Promise.allSettled([...this.#waiting.values()].map(({ promise }) => promise));
    const worker = this.#worker;
    if (worker === null) return;
    worker.ref();
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.postMessage("stop" satisfies WriterTask);
    const timer = setTimeout(() => void worker.terminate(), STOP_MS);
    await ended;
    clearTimeout(timer);
  }

  #running(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL("./call-writer-worker.ts", import.meta.url), {
      workerData: this.#order,
      execArgv: [],
    });
    let reason = "the thread that writes calls has ended";
    worker.on("message", (news: WriterNews) => this.#hear(news));
    // Without a listener what nobody catches there would end the whole process.
    worker.on("error", (error) => (reason = error instanceof Error ? error.message : String(error)));
    worker.once("exit", () => this.#gone(reason));
    this.#worker = worker;
    return worker;
  }

  #hear({ number, error, waiting }: WriterNews): void {
    const answer = this.#waiting.get(number);
    this.#waiting.delete(number);
    // An idle thread keeps no process alive.
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (error === null) answer?.resolve(waiting);
    else answer?.reject(this.#explained(errorOf(error)));
  }

  /** "write EPIPE" helps nobody who could read that the disk is full. */
  #explained(error: Error): Error {
    const stop = this.#state.lastStop();
    if (stop === null || !isDatabaseAway(error)) return error;
    return unavailable(`${String(error.details["reason"])}; ${stop}`, error);
  }

  #gone(reason: string): void {
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(unavailable(reason));
    this.#waiting.clear();
  }
}

const errorOf = ({ code, details, message }: WriterError): Error =>
  code === null ? new Error(message) : new RollwardError(code, details);
